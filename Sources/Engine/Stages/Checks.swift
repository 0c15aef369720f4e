import Engine
import Foundation
import Store

/// Refuses a name that nobody could ask for again, or type: empty, longer than 200 bytes, with
/// control characters, with blanks at its ends, with accents apart from their letters, or taken for
/// an option or a folder.
/// - Parameter thing: what it would name.
/// - Throws: `PoolError` with code `usage`.
func checkName(_ name: String, of thing: String) throws {
  let isControl = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
  let isBlank = name.first?.isWhitespace != false || name.last?.isWhitespace != false
  guard !isControl, !isBlank, name.utf8.count <= 200, !name.hasPrefix("-"), name != ".",
    name != "..", name.utf8.elementsEqual(name.precomposedStringWithCanonicalMapping.utf8)
  else {
    throw PoolError(
      .usage, "'\(name.prefix(50))' cannot name a \(thing).",
      remedy: "Use a short word, such as --name \(thing)-1.")
  }
}

/// Refuses a seed that the index, whose numbers are signed, cannot hold: said before the work, not
/// when its first block is to be kept.
/// - Throws: `PoolError` with code `usage`.
func checkSeed(_ seed: UInt64, remedy: String) throws {
  guard seed <= UInt64(Int64.max) else {
    throw PoolError(.usage, "A seed is less than 2^63, so not \(seed).", remedy: remedy)
  }
}

/// The architecture that a name stands for.
/// - Parameter option: what the user gave the name by.
/// - Throws: `PoolError` with code `usage` for a name of none, whatever the images.
@discardableResult
func checkClassifier(
  _ name: String, option: String, image: [Int] = [32, 32, 1], classes: Int = 2
) throws(PoolError) -> ClassifierArchitecture {
  guard let found = ClassifierArchitecture(named: name, image: image, classes: classes),
    found.isValid
  else {
    throw PoolError(
      .usage, "'\(name)' is no classifier.",
      remedy:
        "\(option) convnet1 to convnet4, resnet10, resnet18 or mlp, with a width if you like, as "
        + "convnet3-64: to 1024, 512 and 4096")
  }
  return found
}

/// Refuses a condition that SQLite does not take, or that is more than one: `0) OR (1` would undo what
/// else is asked for.
/// - Parameter relation: the table or view whose rows it is of.
/// - Throws: `PoolError` with code `usage`.
func checkCondition(_ condition: String, of relation: String, in pool: Pool) throws {
  if condition.isEmpty { return }
  do {
    // In brackets, as it is asked; and without, where those that it closes are not open.
    for clause in [condition, "(\(condition)\n)"] {
      _ = try pool.query("SELECT 1 FROM \(relation) WHERE \(clause)\nLIMIT 0")
    }
  } catch let error as PoolError where error.code == .usage {
    throw PoolError(
      .usage, "The condition \"\(condition)\" cannot be asked: \(error.message)",
      remedy: "psrdb query \"SELECT * FROM \(relation) LIMIT 1\" shows the columns there are.")
  }
}

/// Refuses what a network says where it is no number: the largest of such would be class 0, an image of
/// them white.
/// - Parameter isHalf: whether it is stored in half precision, of which 65,504 is the largest.
/// - Throws: `PoolError` with code `failure`.
func requireFinite(
  _ outputs: Tensor..., of role: Role, isHalf: Bool = false
) throws(PoolError) {
  guard outputs.allSatisfy({ (isHalf ? Half.rounded($0) : $0).isFinite }) else {
    throw PoolError(
      .failure,
      "The \(role.rawValue) says of some images what is no number"
        + (isHalf ? " in half precision." : "."),
      remedy: "Import another \(role.rawValue): psrdb import model \(role.rawValue) FILE")
  }
}
