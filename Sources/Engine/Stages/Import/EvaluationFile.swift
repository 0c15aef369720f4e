import Engine
import Foundation
import Store

/// Students' results as `psrdb --json query "SELECT * FROM evaluations"` prints them: how they get
/// from one pool to another.
///
/// Rows may also say what they were made with: `psrdb`, its version, and `blas`, the BLAS and its
/// kernels, as the index's `journal` has them.
public struct EvaluationFile: Equatable, Sendable {
  let path: String
  /// SHA-256 of the file.
  let digest: String
  let rows: [Row]

  /// - Throws: `PoolError`: `notFound` for no such file, `failure` for one that holds no such rows,
  ///   with the first row and column that are wrong.
  public init(_ path: String) throws {
    try self.init(translatingFormatErrors { try Files.read(path, limit: 1 << 28) }, path: path)
  }

  init(_ bytes: [UInt8], path: String) throws {
    self.path = path
    digest = SHA256.hex(of: bytes)
    do {
      rows = try JSONDecoder().decode([Row].self, from: Data(bytes))
    } catch {
      throw PoolError(
        .failure, "\(path) holds no evaluations: \(Self.reason(error)).",
        remedy: "What such a file holds: psrdb --json query \"SELECT * FROM evaluations\"")
    }
  }

  private static func reason(_ error: any Error) -> String {
    let path: [any CodingKey]
    switch error {
    case DecodingError.keyNotFound(let key, let context): path = context.codingPath + [key]
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      path = context.codingPath
    default: path = []
    }
    guard let row = path.first?.intValue else { return "it is no JSON array of rows" }
    guard path.count > 1, let column = path.last else { return "item \(row + 1) is no row" }
    return "row \(row + 1) has no usable '\(column.stringValue)'"
  }
}

extension EvaluationFile {
  struct Row: Decodable, Equatable, Sendable {
    var content: EvaluateContent
    /// What it was made with, where the file says so.
    var psrdb: String?
    var blas: String?

    enum CodingKeys: String, CodingKey {
      case selection, student, settings, seed, epochs, accuracy, test, train, seconds, psrdb, blas
      case protocolName = "protocol"
      case classAccuracy = "class_accuracy"
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      func text(_ key: CodingKeys) throws -> String { try values.decode(String.self, forKey: key) }
      /// Objects and arrays are texts in the index.
      func document<T: Decodable>(_ type: T.Type, _ key: CodingKeys) throws -> T {
        do {
          return try JSONDecoder().decode(type, from: Data(text(key).utf8))
        } catch { throw wrong(key) }
      }
      func number<T: Decodable & Comparable>(
        _ key: CodingKeys, in range: ClosedRange<T>
      ) throws -> T {
        // Foundation's error for a number that does not fit its type does not say where it is.
        guard let number = try? values.decode(T.self, forKey: key), range.contains(number) else {
          throw wrong(key)
        }
        return number
      }
      func wrong(_ key: CodingKeys) -> DecodingError {
        .dataCorruptedError(forKey: key, in: values, debugDescription: "")
      }
      let byClass = try document([Double].self, .classAccuracy)
      guard byClass.allSatisfy((0...1).contains) else { throw wrong(.classAccuracy) }
      content = EvaluateContent(
        selection: try text(.selection), protocolName: try text(.protocolName),
        student: try text(.student), settings: try document([String: String].self, .settings),
        // SQLite's integers are signed.
        seed: try number(.seed, in: 0...UInt64(Int64.max)),
        epochs: try number(.epochs, in: 1...Int.max),
        accuracy: try number(.accuracy, in: 0...1), classAccuracy: byClass,
        test: try text(.test), train: try text(.train),
        seconds: try number(.seconds, in: 0...Double.greatestFiniteMagnitude))
      psrdb = try values.decodeIfPresent(String.self, forKey: .psrdb)
      blas = try values.decodeIfPresent(String.self, forKey: .blas)
    }
  }
}
