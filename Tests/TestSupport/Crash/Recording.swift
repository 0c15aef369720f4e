import Foundation

/// The calls by which a process changed files, in order.
public struct Recording: Sendable {
  public enum Call: Sendable {
    case create(String)
    case resize(String, to: Int)
    /// `durable`: on disk when the call returned.
    case write(String, at: Int, [UInt8], durable: Bool)
    /// Of a file or a directory.
    case synchronize(String)
    case rename(String, to: String)
    case remove(String)
    case makeDirectory(String)

    /// The file or directory it is about; of a renaming, the old name.
    public var path: String {
      switch self {
      case .create(let path), .resize(let path, _), .write(let path, _, _, _),
        .synchronize(let path), .rename(let path, _), .remove(let path), .makeDirectory(let path):
        path
      }
    }
  }

  public private(set) var calls: [Call] = []

  /// What makes a process, started with it, record what it does below `directory` in `file`.
  public static func environment(of directory: String, in file: String) throws -> [String: String] {
    [
      "LD_PRELOAD": try Shim.record.get(), "PSRDB_RECORD_BELOW": directory,
      "PSRDB_RECORD_TO": file,
    ]
  }

  /// Reads what `shim/record.c` wrote; paths are below the recorded directory.
  public init(_ file: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    var place = 0
    func take(_ count: Int) -> ArraySlice<UInt8> {
      defer { place += count }
      return bytes[place..<place + count]
    }
    func number(_ width: Int) -> Int {
      take(width).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    while place < bytes.count {
      let letter = UnicodeScalar(bytes[place])
      place += 1
      let durable = number(1) != 0
      let lengths = (number(2), number(2))
      let (offset, count) = (number(8), number(8))
      let path = String(decoding: take(lengths.0), as: UTF8.self)
      let other = String(decoding: take(lengths.1), as: UTF8.self)
      switch letter {
      case "c": calls.append(.create(path))
      case "t": calls.append(.resize(path, to: offset))
      case "w": calls.append(.write(path, at: offset, Array(take(count)), durable: durable))
      case "s": calls.append(.synchronize(path))
      case "r": calls.append(.rename(path, to: other))
      case "u": calls.append(.remove(path))
      case "m": calls.append(.makeDirectory(path))
      default: throw CocoaError(.fileReadCorruptFile)
      }
    }
  }
}
