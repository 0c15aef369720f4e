/// A picture of many small images: a row for each class, groups of columns side by side, with
/// captions above and class names at the left. Groups that would make too long a strip go below.
public struct ContactSheet: Sendable {
  public struct Row: Sendable {
    public var label: String
    /// For each group, its images (H·W·C bytes each).
    public var groups: [[[UInt8]]]

    public init(label: String, groups: [[[UInt8]]]) {
      self.label = label
      self.groups = groups
    }
  }

  /// Height, width, channels of each image.
  public var image: [Int]
  /// What stands above each group.
  public var captions: [String]
  public var rows: [Row]
  /// Pixels of the sheet for one pixel of an image.
  public var scale: Int

  public init(image: [Int], captions: [String], rows: [Row], scale: Int = 2) {
    precondition(image.count == 3 && scale >= 1, "\(image) at ×\(scale)")
    self.image = image
    self.captions = captions
    self.rows = rows
    self.scale = scale
  }

  private var gap: Int { scale }
  private var groupGap: Int { 8 * scale }
  private var margin: Int { 4 * scale }
  private var textScale: Int { max(1, scale - 1) }

  /// A group that would pass this many pixels goes below those before it, where there is room.
  static let widest = 3200
  private static let longestSide = 16384

  /// - Throws: `FormatError` `.tooLarge` beyond 16,384 pixels of a side.
  public func render() throws -> Bitmap {
    let layout = Layout(self)
    guard layout.width <= Self.longestSide, layout.height <= Self.longestSide else {
      throw FormatError(
        .tooLarge, "the contact sheet would be \(layout.width)×\(layout.height) pixels",
        remedy: "Show fewer images or classes.")
    }
    var sheet = Bitmap(
      width: layout.width, height: layout.height, channels: image[2], filled: 255)
    for (place, caption) in zip(layout.places, captions) {
      sheet.draw(caption, x: place.x, y: place.y + margin, scale: textScale)
    }
    let middle = (image[0] * scale - BitmapFont.height * textScale) / 2
    for (r, row) in rows.enumerated() {
      let down = layout.top + r * layout.cell.height
      for band in stride(from: 0, to: layout.height, by: layout.bandHeight) {
        sheet.draw(row.label, x: margin, y: band + down + middle, scale: textScale)
      }
      for (place, images) in zip(layout.places, row.groups) {
        for (column, pixels) in images.enumerated() {
          paste(pixels, into: &sheet, x: place.x + column * layout.cell.width, y: place.y + down)
        }
      }
    }
    return sheet
  }

  /// Where everything goes, in pixels: bands of groups below each other, captions above each.
  private struct Layout {
    /// An image with the gap after it.
    let cell: (height: Int, width: Int)
    /// From a band's upper edge to its images.
    let top: Int
    let bandHeight: Int
    /// The upper edge of each group's band and the left edge of its images.
    private(set) var places: [(x: Int, y: Int)] = []
    private(set) var width = 0
    private(set) var height = 0

    init(_ sheet: ContactSheet) {
      cell = (sheet.image[0] * sheet.scale + sheet.gap, sheet.image[1] * sheet.scale + sheet.gap)
      let character = BitmapFont.advance * sheet.textScale
      let labels = (sheet.rows.map(\.label.unicodeScalars.count).max() ?? 0) * character
      top = 2 * sheet.margin + BitmapFont.height * sheet.textScale
      bandHeight = top + sheet.rows.count * cell.height + sheet.margin
      let start = labels + 2 * sheet.margin
      var (x, y) = (start, 0)
      for (group, caption) in sheet.captions.enumerated() {
        let count =
          sheet.rows.map { $0.groups.indices.contains(group) ? $0.groups[group].count : 0 }.max()
        // A caption may be wider than a group of few images.
        let size = max((count ?? 0) * cell.width, caption.unicodeScalars.count * character)
        let isTooWide = x > start && x + size + sheet.margin > widest
        if isTooWide && y + 2 * bandHeight <= longestSide { (x, y) = (start, y + bandHeight) }
        places.append((x, y))
        x += size + sheet.groupGap
        width = max(width, x - sheet.groupGap + sheet.margin)
      }
      height = y + bandHeight
    }
  }

  private func paste(_ pixels: [UInt8], into sheet: inout Bitmap, x: Int, y: Int) {
    let (height, width, channels) = (image[0], image[1], image[2])
    precondition(pixels.count == height * width * channels, "\(pixels.count) bytes for \(image)")
    for row in 0..<height * scale {
      for column in 0..<width * scale {
        let from = (row / scale * width + column / scale) * channels
        let to = ((y + row) * sheet.width + x + column) * channels
        for c in 0..<channels { sheet.pixels[to + c] = pixels[from + c] }
      }
    }
  }
}
