/// Something wrong with a pool.
public struct Finding: Encodable, Equatable, Sendable {
  /// What kind of thing, stable over versions: `data`, `file`, `journal-gap`, `journal-entry`, `chain`,
  /// `birth`, `tensor-missing`, `tensor-header`, `tensor-digest`, `tensor-stray`, `index-missing`,
  /// `index-damaged`, `index-foreign`, `index-content`, `journal-contradiction`.
  public var id: String
  /// What is wrong, in a sentence.
  public var what: String
  /// The file, entry or table.
  public var `where`: String
  /// What to do about it.
  public var remedy: String
}
