import CTurboJPEG

/// JPEG files, by TurboJPEG.
public enum JPEG {
  /// Reads a grey or colour JPEG as 8-bit grey or RGB.
  /// - Parameter limit: the most pixels of a side.
  /// - Throws: `FormatError` `.corrupt` (a truncated file too), `.unsupported` (CMYK), `.tooLarge`.
  public static func read(_ bytes: [UInt8], name: String, limit: Int = 4096) throws -> Bitmap {
    guard let decoder = tjInitDecompress() else {
      throw FormatError(
        .io, "\(name): TurboJPEG cannot start", remedy: "Free some memory and try again.")
    }
    defer { tjDestroy(decoder) }
    var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    return try bytes.withUnsafeBufferPointer { source in
      let count = UInt(source.count)
      guard
        tjDecompressHeader3(
          decoder, source.baseAddress, count, &width, &height, &subsampling, &space) == 0
      else { throw damaged(decoder, name) }
      try Bitmap.check(width: Int(width), height: Int(height), name: name, limit: limit)
      guard space != Int32(TJCS_CMYK.rawValue), space != Int32(TJCS_YCCK.rawValue) else {
        throw FormatError(.unsupported, "\(name) is a CMYK JPEG", remedy: "Convert it to RGB.")
      }
      let grey = space == Int32(TJCS_GRAY.rawValue)
      let format = Int32(grey ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue)
      let channels = grey ? 1 : 3
      var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
      let status = pixels.withUnsafeMutableBufferPointer {
        tjDecompress2(
          decoder, source.baseAddress, count, $0.baseAddress, width, 0, height, format,
          TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
      }
      // Warnings count as errors, since half an image is not the image; but for bytes too many between
      // its parts, which are harmless and common.
      guard status == 0 || reason(decoder).contains("extraneous bytes before marker") else {
        throw damaged(decoder, name)
      }
      return Bitmap(
        width: Int(width), height: Int(height), channels: channels, pixels: pixels)
    }
  }

  private static func reason(_ decoder: tjhandle) -> String {
    tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "unknown error"
  }

  private static func damaged(_ decoder: tjhandle, _ name: String) -> FormatError {
    FormatError(
      .corrupt, "\(name) is not a whole JPEG: \(reason(decoder))",
      remedy: "Fetch or make the file again, or remove it.")
  }
}
