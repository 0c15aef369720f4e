import Stages

/// A lineage as a tree of text, or as a graph for Graphviz and Mermaid.
enum LineageText {
  static func text(_ graph: LineageGraph) -> String {
    var lines: [String] = []
    var shown: Set<String> = []
    branch(graph.root, "", "", graph, &shown, &lines)
    return lines.map { $0 + "\n" }.joined()
  }

  private static func branch(
    _ id: String, _ first: String, _ rest: String, _ graph: LineageGraph,
    _ shown: inout Set<String>, _ lines: inout [String]
  ) {
    guard let node = graph.node(id) else { return }
    guard shown.insert(id).inserted else {
      lines.append("\(first)\(node.label) (above)")
      return
    }
    let place = node.entry > 0 ? "  entry \(node.entry) · \(node.digest.prefix(12))" : ""
    lines.append("\(first)\(node.label)\(place)")
    let edges = graph.edges(from: id)
    for (name, value) in node.details.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
      let shortened = name.hasSuffix("sha256") ? String(value.prefix(12)) : value
      lines.append("\(rest)\(edges.isEmpty ? "   " : "│  ")\(name) \(shortened)")
    }
    for (number, edge) in edges.enumerated() {
      let isLast = number == edges.count - 1
      branch(
        edge.to, rest + (isLast ? "└─ " : "├─ ") + edge.relation + ": ",
        rest + (isLast ? "   " : "│  "), graph, &shown, &lines)
    }
  }

  /// Graphviz.
  static func dot(_ graph: LineageGraph) -> String {
    var lines = ["digraph lineage {", "  rankdir=LR;", "  node [shape=box, fontname=sans];"]
    for node in graph.nodes {
      lines.append("  \(quoted(node.id)) [label=\(quoted(caption(node, "\n")))];")
    }
    for edge in graph.edges {
      lines.append("  \(quoted(edge.from)) -> \(quoted(edge.to)) [label=\(quoted(edge.relation))];")
    }
    return (lines + ["}", ""]).joined(separator: "\n")
  }

  /// Mermaid, as GitHub shows it in Markdown.
  static func mermaid(_ graph: LineageGraph) -> String {
    var lines = ["flowchart LR"]
    let names = Dictionary(uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.id, "n\($0)") })
    for node in graph.nodes {
      let text = caption(node, "<br/>").replacing("\"", with: "#quot;")
      lines.append("  \(names[node.id] ?? "")[\"\(text)\"]")
    }
    for edge in graph.edges {
      lines.append("  \(names[edge.from] ?? "") -->|\(edge.relation)| \(names[edge.to] ?? "")")
    }
    return (lines + [""]).joined(separator: "\n")
  }

  private static func caption(_ node: LineageGraph.Node, _ lineBreak: String) -> String {
    node.entry > 0 ? "\(node.label)\(lineBreak)entry \(node.entry)" : node.label
  }

  private static func quoted(_ text: String) -> String {
    "\""
      + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("\n", with: "\\n") + "\""
  }
}
