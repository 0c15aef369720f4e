import CPNG

/// PNG files, by libpng's simplified API (which needs no setjmp here).
public enum PNG {
  /// Reads any PNG as 8-bit grey or RGB; palettes are expanded, alpha is dropped.
  /// - Parameter limit: the most pixels of a side.
  /// - Throws: `FormatError` `.corrupt`, `.tooLarge`.
  public static func read(_ bytes: [UInt8], name: String, limit: Int = 4096) throws -> Bitmap {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    return try bytes.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
        throw damaged(image, name)
      }
      let (width, height) = (Int(image.width), Int(image.height))
      try Bitmap.check(width: width, height: height, name: name, limit: limit)
      // Alpha is read and then dropped: asked for without it, libpng would blend.
      let color = image.format & UInt32(PNG_FORMAT_FLAG_COLOR)
      let alpha = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA)
      image.format = color | alpha
      // Without this, 16-bit samples count as linear light and come out brighter.
      image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      let channels = color != 0 ? 3 : 1
      let stride = channels + (alpha != 0 ? 1 : 0)
      var pixels = [UInt8](repeating: 0, count: width * height * stride)
      let finished = pixels.withUnsafeMutableBytes {
        png_image_finish_read(&image, nil, $0.baseAddress, Int32(width * stride), nil)
      }
      guard finished != 0 else { throw damaged(image, name) }
      if stride != channels {
        for pixel in 0..<width * height {
          for c in 0..<channels { pixels[pixel * channels + c] = pixels[pixel * stride + c] }
        }
        pixels.removeLast(width * height)
      }
      return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
    }
  }

  /// The bitmap as a PNG file, the same bytes for the same pixels.
  /// - Throws: `FormatError` `.io` when libpng refuses.
  public static func write(_ bitmap: Bitmap) throws -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(bitmap.width)
    image.height = UInt32(bitmap.height)
    image.format = bitmap.channels == 3 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0
    defer { png_image_free(&image) }
    var size = 0
    let stride = Int32(bitmap.width * bitmap.channels)
    var measured: Int32 = 0
    bitmap.pixels.withUnsafeBytes {
      measured = png_image_write_to_memory(&image, nil, &size, 0, $0.baseAddress, stride, nil)
    }
    guard measured != 0 else { throw refused(image) }
    var file = [UInt8](repeating: 0, count: size)
    let written = bitmap.pixels.withUnsafeBytes { pixels in
      file.withUnsafeMutableBytes {
        png_image_write_to_memory(
          &image, $0.baseAddress, &size, 0, pixels.baseAddress, stride, nil)
      }
    }
    guard written != 0 else { throw refused(image) }
    return Array(file.prefix(size))
  }

  private static func message(_ image: png_image) -> String {
    withUnsafeBytes(of: image.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private static func damaged(_ image: png_image, _ name: String) -> FormatError {
    FormatError(
      .corrupt, "\(name) is not a whole PNG: \(message(image))",
      remedy: "Fetch or make the file again, or remove it.")
  }

  private static func refused(_ image: png_image) -> FormatError {
    FormatError(
      .io, "a \(image.width)×\(image.height) PNG cannot be made: \(message(image))",
      remedy: "Make it smaller.")
  }
}
