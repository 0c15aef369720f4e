import Foundation
import Store

/// The pools that selection and the store are measured on.
@main
struct BenchPool {
  static let usage = """
    usage: bench-pool select POOL FEATURES CLASSES CANDIDATES DIMENSIONS
             a pool whose features are the halves in a raw file; its images are single pixels
           bench-pool store POOL CLASSES CANDIDATES ROWS
             a pool of latents, features, logits and scores, ROWS candidates an entry; prints what
             appending them took
           bench-pool ask POOL
             asks such a pool, and prints what that took
    """

  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let sizes = arguments.compactMap { Int($0) }.filter { $0 > 0 }
    switch (arguments.first, arguments.count, sizes.count) {
    case ("select", 6, 3):
      try select(arguments[1], arguments[2], sizes[0], sizes[1], sizes[2])
    case ("ask", 2, _):
      try show(AskMeasure.run(at: arguments[1]))
    case ("store", 5, 3):
      try show(
        AppendMeasure.run(
          at: arguments[1], classes: sizes[0], candidates: sizes[1], rows: sizes[2]))
    default:
      print(usage)
      exit(2)
    }
  }

  private static func select(
    _ path: String, _ features: String, _ classes: Int, _ candidates: Int, _ dimensions: Int
  ) throws {
    guard let file = FileHandle(forReadingAtPath: features) else {
      print("\(features) cannot be read")
      exit(1)
    }
    let pool = try SyntheticPool(at: path)
    defer { pool.pool.close() }
    for label in 0..<classes {
      guard let bytes = try file.read(upToCount: candidates * dimensions * 2),
        bytes.count == candidates * dimensions * 2
      else {
        print("\(features) holds too few features")
        exit(1)
      }
      let zeros = [UInt8](repeating: 0, count: candidates * 2)
      try pool.append(
        SyntheticClass(
          label: label, count: candidates, latent: ([1, 1, 1], zeros), logits: ([1, 1], zeros),
          features: ([dimensions], [UInt8](bytes))))
    }
  }

  private static func show(_ figures: [String: Double]) throws {
    print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
  }
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let time = try clock.measure(body).components
  return Double(time.seconds) + Double(time.attoseconds) * 1e-18
}
