import Engine
import Store

/// A selection's members in order, with their images and latents: what evaluation, refinement,
/// export and contact sheets read.
struct SelectionReader {
  struct Member: Equatable, Sendable {
    var `class`: Int
    /// Place in the class, from 0.
    var rank: Int
    /// Of the version, or of the real image.
    var id: String
    /// The entry, and the row in its tensors of this class, that hold it.
    var entry: Int64
    var row: Int
  }

  let selection: String
  /// Whether the members are candidates or real training images.
  let source: Source
  let strategy: String
  /// The scoring that its ranking went by.
  let scoring: String
  /// The selection that this one refines.
  let base: String?
  /// How its images hold members.
  let formation: Formation
  /// Members of each class.
  let counts: [Int]
  /// Of each class that there is, also of those without members.
  let classNames: [String]
  /// By class, then rank.
  let members: [Member]
  private let pool: Pool
  private let asOf: Int64?

  /// - Parameter asOf: reads it as the pool stood when that entry was its last.
  /// - Throws: `PoolError` with code `notFound` when the pool has no such selection.
  init(_ selection: String, in pool: Pool, asOf: Int64? = nil) throws {
    try requireSelection(selection, in: pool, asOf: asOf)
    let table = try pool.query(
      "SELECT source, strategy, scoring, base, entry FROM selections WHERE selection = ?",
      [.text(selection)], asOf: asOf)
    guard let row = table.rows.first, let source = Source(rawValue: row[0].string ?? ""),
      let entry = row[4].int, case .select(let content) = try pool.entry(Int64(entry)).content
    else { throw Self.brokenRow }
    self.selection = selection
    self.source = source
    self.pool = pool
    self.asOf = asOf
    strategy = row[1].string ?? ""
    scoring = row[2].string ?? ""
    base = row[3].string
    formation = Formation(factor: content.factor ?? 1)
    counts = content.counts
    members = try Self.members(
      pool.query(
        "SELECT class, id, entry, row FROM members WHERE selection = ? ORDER BY class, rank",
        [.text(selection)], asOf: asOf))
    classNames = try Self.names(members, source, count: content.counts.count, pool, asOf)
    guard members.allSatisfy({ classNames.indices.contains($0.class) }) else {
      throw Self.brokenRow
    }
  }

  private init(
    _ selection: String, ranked members: [Member], like other: SelectionReader
  ) {
    self.selection = selection
    self.members = members
    source = other.source
    strategy = "first"
    scoring = other.scoring
    base = nil
    formation = other.formation
    counts = other.counts
    classNames = other.classNames
    pool = other.pool
    asOf = other.asOf
  }

  /// What generating as many candidates as this selection has, and no more, would have given: the
  /// first of each class. For a selection of candidates.
  func generateAndUse() throws -> SelectionReader {
    let table = try pool.query(
      """
      SELECT class, id, entry, row FROM (
        SELECT v.class, v.id, v.entry, v.row,
          row_number() OVER (PARTITION BY v.class ORDER BY c.number, c.plan) AS place
        FROM versions AS v JOIN candidates AS c ON c.id = v.candidate WHERE v.version = 0)
      WHERE place <= ? ORDER BY class, place
      """, [Value(counts.max() ?? 0)], asOf: asOf)
    let first = try Self.members(table).filter {
      counts.indices.contains($0.class) && $0.rank < counts[$0.class]
    }
    return SelectionReader("first", ranked: first, like: self)
  }

  /// Refuses a selection that a data set's networks cannot be shown: candidates may be older than
  /// the data set, or have come by a merge.
  /// - Throws: `PoolError` with code `usage`.
  func requireFit(_ data: DatasetContent) throws {
    guard try imageShape() == data.image,
      members.allSatisfy({ data.classes.indices.contains($0.class) })
    else {
      throw PoolError(
        .usage,
        "'\(selection)' has images of another size, or classes, than '\(data.dataset)' has.",
        remedy: "psrdb info lists the data sets.")
    }
  }

  /// The class of each member.
  var labels: [Int] { members.map(\.class) }

  /// The class of each of the set's images.
  var heldLabels: [Int] { held.compactMap(\.first?.class) }

  /// Height, width, channels of the images.
  /// - Throws: `PoolError` when the pool lacks what the members refer to.
  func imageShape() throws -> [Int] {
    guard let member = members.first else { return [0, 0, 0] }
    let (entry, number) = try tensor(member, source == .pool ? "image" : "images")
    return Array(entry.tensors[number].shape.dropFirst())
  }

  /// The images of `members`, in order: u8 NHWC, one after the other.
  /// - Throws: `PoolError` when the pool lacks what the members refer to.
  func images(of members: [Member]) throws -> [UInt8] {
    var images: [UInt8] = []
    let shape = try imageShape()
    for member in members {
      let (entry, number) = try tensor(member, source == .pool ? "image" : "images")
      guard Array(entry.tensors[number].shape.dropFirst()) == shape else { throw mixed }
      images += try pool.bytes(member.entry, number, rows: member.row..<member.row + 1)
    }
    return images
  }

  /// The members of each of the set's images, in order: one, or as many as it has cells.
  var held: [ArraySlice<Member>] {
    stride(from: 0, to: members.count, by: formation.cells).map {
      members[$0..<min($0 + formation.cells, members.count)]
    }
  }

  /// The set's images that hold `members`, in order: u8 NHWC, one after the other.
  /// - Throws: `PoolError` when the pool lacks what the members refer to.
  func packed(_ members: [Member]) throws -> [UInt8] {
    let image = try imageShape()
    try formation.requireFit(image)
    return formation.packed(try images(of: members), image: image)
  }

  /// The image that holds these members.
  /// - Throws: `PoolError` when the pool lacks what the members refer to.
  func bitmap(of members: ArraySlice<Member>) throws -> Bitmap {
    let shape = try imageShape()
    return Bitmap(
      width: shape[1], height: shape[0], channels: shape[2], pixels: try packed(Array(members)))
  }

  /// All of the set's images.
  /// - Throws: `PoolError` when the pool lacks what the members refer to.
  func packed() throws -> [UInt8] { try packed(members) }

  /// A merge may bring candidates of other autoencoders.
  private var mixed: PoolError {
    PoolError(
      .usage, "'\(selection)' holds images, or latents, of different sizes.",
      remedy: "Select from one generation: psrdb select --ipc 10 --name NAME --generation NAME")
  }

  /// - Throws: `PoolError` with code `usage` for a selection of real images.
  func requireCandidates() throws {
    guard source == .pool else {
      throw PoolError(
        .usage, "'\(selection)' selects real images, which have no latents.",
        remedy: "Use a selection of candidates: psrdb select --ipc 10 --name NAME")
    }
  }

  /// The latents of `members`, in order, and the shape [n, h, w, c].
  /// - Throws: `PoolError`: `usage` for a selection of real images, which have none.
  func latents(of members: [Member]) throws -> (shape: [Int], values: [Float]) {
    try requireCandidates()
    var (shape, values): ([Int], [Float]) = ([], [])
    for member in members {
      let (entry, number) = try tensor(member, "latent")
      let own = Array(entry.tensors[number].shape.dropFirst())
      guard shape.isEmpty || own == shape else { throw mixed }
      shape = own
      values += try pool.floats(member.entry, number, rows: member.row..<member.row + 1)
    }
    return ([members.count] + shape, values)
  }

  /// The digests of the autoencoders whose latents some of its members have; "" for another's, as of
  /// a real image.
  func autoencoders(of members: [Member]) throws -> Set<String> {
    Set(
      try Set(members.map(\.entry)).map { entry in
        switch try pool.entry(entry).content {
        case .generate(let content): content.autoencoder
        case .refine(let content): content.autoencoder
        default: ""
        }
      })
  }

  private func tensor(_ member: Member, _ name: String) throws -> (Entry, Int) {
    let entry = try pool.entry(member.entry)
    guard let number = entry.tensorNumber(name, class: member.class) else {
      throw PoolError(
        .damage, "Entry \(member.entry) has no \(name) of class \(member.class).",
        remedy: "psrdb verify --deep")
    }
    return (entry, number)
  }

  /// What to say of an index that says what cannot be.
  static let brokenRow = PoolError(
    .damage, "The index says of a member what cannot be.", remedy: "psrdb reindex")

  /// - Throws: `PoolError` with code `damage`.
  private static func members(_ table: Table) throws -> [Member] {
    var members: [Member] = []
    for row in table.rows {
      guard let label = row[0].int, let id = row[1].string, let entry = row[2].int,
        let place = row[3].int, (0...Item.maximumRow).contains(place)
      else { throw brokenRow }
      let rank = members.last?.class == label ? members[members.count - 1].rank + 1 : 0
      members.append(
        Member(class: label, rank: rank, id: id, entry: Int64(entry), row: place))
    }
    return members
  }

  /// Class names of the dataset that the members are of, or, for candidates, the first there is;
  /// a pool without datasets has numbers.
  private static func names(
    _ members: [Member], _ source: Source, count: Int, _ pool: Pool, _ asOf: Int64?
  ) throws -> [String] {
    var entry = try pool.query("SELECT min(entry) FROM datasets", asOf: asOf).rows.first?.first?.int
    if source == .real, let first = members.first { entry = Int(first.entry) }
    guard let entry, case .dataset(let content) = try pool.entry(Int64(entry)).content else {
      return (0..<count).map(String.init)
    }
    return content.classes + (0..<count).dropFirst(content.classes.count).map(String.init)
  }
}

extension Formation {
  /// Refuses images that its cells do not fill.
  /// - Throws: `PoolError` with code `usage`.
  func requireFit(_ image: [Int]) throws {
    guard !divides(image) else { return }
    throw PoolError(
      .usage, "Images of \(image[0])×\(image[1]) cannot be divided by a factor of \(factor).",
      remedy: "Choose a --factor that divides both sides.")
  }
}
