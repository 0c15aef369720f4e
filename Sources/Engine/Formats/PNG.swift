import CPNG

/// PNG files, by libpng's simplified API (which needs no setjmp here).
public enum PNG {
  /// Reads any PNG as 8-bit grey or RGB; palettes are expanded, alpha is dropped.
  /// - Parameter limit: the most pixels of a side.
  /// - Throws: `FormatError` `.corrupt`, `.tooLarge`.
  public static func read(_ bytes: [UInt8], name: String, limit: Int = 4096) throws -> Bitmap {
    let bytes = withoutGamma(bytes)
    // libpng keeps its address from one call to the next.
    let image = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
    image.initialize(to: png_image())
    defer {
      png_image_free(image)
      image.deallocate()
    }
    image.pointee.version = UInt32(PNG_IMAGE_VERSION)
    return try bytes.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(image, source.baseAddress, source.count) != 0 else {
        throw damaged(image.pointee, name)
      }
      let (width, height) = (Int(image.pointee.width), Int(image.pointee.height))
      try Bitmap.check(width: width, height: height, name: name, limit: limit)
      // Alpha is read and then dropped: asked for without it, libpng would blend.
      let color = image.pointee.format & UInt32(PNG_FORMAT_FLAG_COLOR)
      let alpha = image.pointee.format & UInt32(PNG_FORMAT_FLAG_ALPHA)
      image.pointee.format = color | alpha
      // Without this, 16-bit samples count as linear light and come out brighter.
      image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      let channels = color != 0 ? 3 : 1
      let stride = channels + (alpha != 0 ? 1 : 0)
      var pixels = [UInt8](repeating: 0, count: width * height * stride)
      let finished = pixels.withUnsafeMutableBytes {
        png_image_finish_read(image, nil, $0.baseAddress, Int32(width * stride), nil)
      }
      guard finished != 0 else { throw damaged(image.pointee, name) }
      if stride != channels {
        for pixel in 0..<width * height {
          for c in 0..<channels { pixels[pixel * channels + c] = pixels[pixel * stride + c] }
        }
        pixels.removeLast(width * height)
      }
      return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
    }
  }

  /// The file without its gAMA chunk, by which libpng would change pixels: data sets are read as their
  /// bytes are, as Pillow and torchvision read them.
  private static func withoutGamma(_ bytes: [UInt8]) -> [UInt8] {
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - place - 12 else { break }
      let type = bytes[place + 4..<place + 8]
      if type.elementsEqual("gAMA".utf8) {
        return Array(bytes[..<place] + bytes[(place + 12 + length)...])
      }
      // It comes before the pixels, if at all.
      if type.elementsEqual("IDAT".utf8) { break }
      place += 12 + length
    }
    return bytes
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
