/// An 8-bit image in memory: grey (1 channel) or RGB (3), rows from the top, channels interleaved.
public struct Bitmap: Equatable, Sendable {
  public let width: Int
  public let height: Int
  public let channels: Int
  /// `height`·`width`·`channels` bytes, HWC.
  public var pixels: [UInt8]

  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(channels == 1 || channels == 3, "\(channels) channels")
    precondition(pixels.count == width * height * channels, "\(pixels.count) bytes of pixels")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// A bitmap of one colour, the same in every channel.
  public init(width: Int, height: Int, channels: Int, filled value: UInt8) {
    self.init(
      width: width, height: height, channels: channels,
      pixels: [UInt8](repeating: value, count: width * height * channels))
  }

  /// The bitmap with so many channels: grey in each of three where it had one.
  func with(channels wanted: Int) -> Bitmap {
    precondition(wanted >= channels, "colour would be lost")
    guard wanted != channels else { return self }
    return Bitmap(
      width: width, height: height, channels: wanted,
      pixels: pixels.flatMap { repeatElement($0, count: wanted) })
  }

  /// Reads a PNG or JPEG, told apart by its first bytes.
  /// - Throws: `FormatError`; `.unsupported` when it is neither.
  public init(decoding bytes: [UInt8], name: String, limit: Int = 4096) throws {
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) {
      self = try PNG.read(bytes, name: name, limit: limit)
    } else if bytes.starts(with: [0xff, 0xd8]) {
      self = try JPEG.read(bytes, name: name, limit: limit)
    } else {
      throw FormatError(
        .unsupported, "\(name) is neither a PNG nor a JPEG", remedy: "Convert it to PNG.")
    }
  }

  /// Refuses dimensions that no image here has, before anything is allocated for them.
  static func check(width: Int, height: Int, name: String, limit: Int) throws {
    guard width > 0, height > 0 else {
      throw FormatError(
        .corrupt, "\(name) is no whole picture: it says it is \(width)×\(height) pixels",
        remedy: "Fetch or make the file again, or remove it.")
    }
    guard width <= limit, height <= limit else {
      throw FormatError(
        .tooLarge, "\(name) is \(width)×\(height) pixels; at most \(limit)×\(limit) are read",
        remedy: "Scale it down.")
    }
  }
}
