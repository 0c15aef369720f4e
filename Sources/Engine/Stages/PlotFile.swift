public import Engine
import Store

extension LinePlot {
  /// Writes the plot as the path's extension says.
  /// - Throws: `PoolError`: `usage` for another extension than svg or png, `failure` where the file
  ///   cannot be written.
  public func write(to path: String) throws {
    let bytes: [UInt8]
    switch path.split(separator: ".").last?.lowercased() {
    case "svg": bytes = Array(svg().utf8)
    case "png": bytes = try translatingFormatErrors { try PNG.write(bitmap()) }
    default:
      throw PoolError(
        .usage, "A plot is written as SVG or PNG; '\(path)' says neither.",
        remedy: "Name it plot.svg or plot.png.")
    }
    try translatingFormatErrors { try Files.write(bytes, to: path) }
  }
}
