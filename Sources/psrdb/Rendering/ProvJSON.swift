import Foundation
import Stages

/// A lineage as W3C PROV-JSON: images, models and datasets are entities, generations and
/// refinements activities.
enum ProvJSON {
  static func document(_ graph: LineageGraph) throws -> String {
    var entities: [String: [String: String]] = [:]
    var activities: [String: [String: String]] = [:]
    for node in graph.nodes {
      var fields = ["prov:label": node.label]
      for (name, value) in node.details { fields["psr:\(name)"] = value }
      fields["psr:entry"] = "\(node.entry)"
      fields["psr:entry_digest"] = node.digest
      if node.kind == .activity {
        fields["prov:endTime"] = node.details["time"]
        activities[name(node.id)] = fields
      } else {
        fields["prov:type"] = "psr:\(node.kind.rawValue)"
        entities[name(node.id)] = fields
      }
    }
    var document: [String: [String: [String: String]]] = [
      "entity": entities, "activity": activities,
    ]
    for (number, edge) in graph.edges.enumerated() {
      let (relation, fields) = link(edge, graph)
      document[relation, default: [:]]["_:r\(number)"] = fields
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let wrapped = Document(prefix: ["psr": "urn:psrdb:"], sections: document)
    return String(decoding: try encoder.encode(wrapped), as: UTF8.self) + "\n"
  }

  private static func link(
    _ edge: LineageGraph.Edge, _ graph: LineageGraph
  ) -> (String, [String: String]) {
    let (from, to) = (name(edge.from), name(edge.to))
    let role = edge.relation
    switch (graph.node(edge.from)?.kind, graph.node(edge.to)?.kind) {
    case (_, .activity):
      return ("wasGeneratedBy", ["prov:entity": from, "prov:activity": to])
    case (.activity, _):
      return ("used", ["prov:activity": from, "prov:entity": to, "prov:role": role])
    default:
      return (
        "wasDerivedFrom",
        ["prov:generatedEntity": from, "prov:usedEntity": to, "prov:label": role]
      )
    }
  }

  private static func name(_ id: String) -> String { "psr:" + id.replacing(" ", with: "-") }

  /// The prefixes stand beside the sections, which are a level deeper.
  private struct Document: Encodable {
    var prefix: [String: String]
    var sections: [String: [String: [String: String]]]

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Name.self)
      try container.encode(prefix, forKey: Name(stringValue: "prefix"))
      for (section, records) in sections {
        try container.encode(records, forKey: Name(stringValue: section))
      }
    }
  }

  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
