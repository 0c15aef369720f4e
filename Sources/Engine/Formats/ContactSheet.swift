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
    let (cellHeight, cellWidth) = (image[0] * scale + gap, image[1] * scale + gap)
    let columns = captions.indices.map { g in
      rows.map { $0.groups.indices.contains(g) ? $0.groups[g].count : 0 }.max() ?? 0
    }
    let character = BitmapFont.advance * textScale
    let labelWidth = (rows.map(\.label.unicodeScalars.count).max() ?? 0) * character + margin
    let top = margin + BitmapFont.height * textScale + margin
    let start = margin + labelWidth
    let bandHeight = top + rows.count * cellHeight + margin
    var places: [(x: Int, y: Int)] = []
    var (x, y, width) = (start, 0, 0)
    for (group, count) in columns.enumerated() {
      // A caption may be wider than a group of few images.
      let size = max(count * cellWidth, captions[group].unicodeScalars.count * character)
      let isTooWide = x > start && x + size + margin > Self.widest
      if isTooWide && y + 2 * bandHeight <= Self.longestSide { (x, y) = (start, y + bandHeight) }
      places.append((x, y))
      x += size + groupGap
      width = max(width, x - groupGap + margin)
    }
    let height = y + bandHeight
    guard width <= Self.longestSide, height <= Self.longestSide else {
      throw FormatError(
        .tooLarge, "the contact sheet would be \(width)×\(height) pixels",
        remedy: "Show fewer images or classes.")
    }
    var sheet = Bitmap(width: width, height: height, channels: image[2], filled: 255)
    for (place, caption) in zip(places, captions) {
      sheet.draw(caption, x: place.x, y: place.y + margin, scale: textScale)
    }
    let middle = (image[0] * scale - BitmapFont.height * textScale) / 2
    for (r, row) in rows.enumerated() {
      let down = top + r * cellHeight
      for band in stride(from: 0, through: y, by: bandHeight) {
        sheet.draw(row.label, x: margin, y: band + down + middle, scale: textScale)
      }
      for (place, images) in zip(places, row.groups) {
        for (column, pixels) in images.enumerated() {
          paste(pixels, into: &sheet, x: place.x + column * cellWidth, y: place.y + down)
        }
      }
    }
    return sheet
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
