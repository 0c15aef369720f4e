import Engine
import Foundation
import Store

/// Draws selections side by side, or below each other where that would be too wide, a row for each
/// class, as a PNG.
public struct Sheet: Equatable, Sendable {
  /// From left to right. One alone is shown with what it came from: the first candidates, the
  /// selection it refines, itself.
  public var selections: [String]
  /// The PNG to write. One that is there is replaced, another file is not.
  public var path: String

  public init(selections: [String], path: String) {
    self.selections = selections
    self.path = path
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var path: String
    /// Pixels.
    public var width: Int
    public var height: Int
    /// What stands above each group of columns.
    public var groups: [String]
    public var images: Int
    /// Images for which there is no room: of classes, or of a class, beyond the most that are drawn.
    public var leftOut: Int
  }

  /// More would not fit on a picture that can be looked at; the first are shown.
  static let mostClasses = 100
  static let mostImages = 50

  /// - Throws: `PoolError`: `notFound` for an unknown selection, `usage` where selections have
  ///   images of different sizes or the path is another file's, `failure` where it cannot be
  ///   written.
  public func run(_ context: Context, asOf: Int64? = nil) throws -> Report {
    context.begin("sheet")
    try checkPath()
    let groups = try groups(context.pool, asOf)
    guard let shape = try groups.first?.imageShape() else {
      throw PoolError(
        .usage, "A contact sheet of no selections shows nothing.",
        remedy: "psrdb query \"SELECT selection FROM selections\" lists them.")
    }
    for group in groups.dropFirst() where try group.imageShape() != shape {
      throw PoolError(
        .usage, "'\(groups[0].selection)' and '\(group.selection)' have images of other sizes.",
        remedy: "Draw a sheet of each.")
    }
    let names = groups.max { $0.classNames.count < $1.classNames.count }?.classNames ?? []
    var rows: [ContactSheet.Row] = []
    var images = 0
    let held = Set(groups.flatMap(\.labels))
    let shown = names.indices.filter(held.contains).prefix(Self.mostClasses)
    for (number, label) in shown.enumerated() {
      try context.step(number, of: shown.count)
      let row = try groups.map { try Self.images(of: label, $0, size: shape.reduce(1, *)) }
      images += row.reduce(0) { $0 + $1.count }
      rows.append(ContactSheet.Row(label: names[label], groups: row))
    }
    let sheet = ContactSheet(
      image: shape, captions: groups.map(\.selection), rows: rows,
      scale: shape[0] <= 24 ? 3 : shape[0] <= 40 ? 2 : 1)
    let bitmap = try translatingFormatErrors {
      let bitmap = try sheet.render()
      try Files.write(PNG.write(bitmap), to: path)
      return bitmap
    }
    try context.step(shown.count, of: shown.count)
    return Report(
      path: path, width: bitmap.width, height: bitmap.height, groups: groups.map(\.selection),
      images: images, leftOut: groups.reduce(0) { $0 + $1.held.count } - images)
  }

  /// What another file holds is not to be lost for a picture.
  private func checkPath() throws {
    guard path.lowercased().hasSuffix(".png") else {
      throw PoolError(
        .usage, "A contact sheet is written as PNG; '\(path)' says something else.",
        remedy: "Name it sheet.png.")
    }
    try translatingFormatErrors { try Files.requireFolder(of: path) }
    guard Files.exists(path) else { return }
    let file = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    let start = try? file?.read(upToCount: 4) ?? Data()
    guard start?.isEmpty == true || start?.elementsEqual([0x89, 0x50, 0x4e, 0x47]) == true else {
      throw PoolError(
        .usage, "\(path) is there already and is no PNG.",
        remedy: "Name another: --output sheet.png")
    }
  }

  private func groups(_ pool: Pool, _ asOf: Int64?) throws -> [SelectionReader] {
    let readers = try selections.map { try SelectionReader($0, in: pool, asOf: asOf) }
    guard readers.count == 1, var oldest = readers.first, oldest.source == .pool else {
      return readers
    }
    var chain = readers
    while let base = oldest.base, !chain.contains(where: { $0.selection == base }) {
      oldest = try SelectionReader(base, in: pool, asOf: asOf)
      chain.insert(oldest, at: 0)
    }
    if oldest.strategy != "first" { chain.insert(try oldest.generateAndUse(), at: 0) }
    return chain
  }

  private static func images(
    of label: Int, _ group: SelectionReader, size: Int
  ) throws -> [[UInt8]] {
    let held = group.held.filter { $0.first?.class == label }.prefix(mostImages)
    let bytes = try group.packed(held.flatMap(\.self))
    return stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<$0 + size]) }
  }
}
