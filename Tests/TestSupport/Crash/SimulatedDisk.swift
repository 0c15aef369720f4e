import Foundation

/// A file system that knows of every change whether a power cut can still undo it.
///
/// What is taken as legal is what POSIX lets a disk do, which is more than most do: of the changes
/// after the last synchronisation of a file any may be on disk, page by page and in any order; of
/// the changes to a directory, too. A file's growth is a change of its own: without its pages it
/// reads as zeros. A page is written whole or not at all.
public struct SimulatedDisk: Sendable {
  /// Files and directories by number; 0 is the root.
  private var nodes: [Node] = [Node(isDirectory: true)]
  /// Changes a power cut can undo, in their order.
  public private(set) var pending: [Pending] = []

  static let page = 4096

  struct Node: Sendable {
    var isDirectory = false
    /// What a running process sees, and what surely is on disk.
    var live: [String: Int] = [:]
    var durable: [String: Int] = [:]
    var bytes: [UInt8] = []
  }

  enum Change: Sendable {
    case write(at: Int, ArraySlice<UInt8>)
    case grow(to: Int)
    case truncate(to: Int)
    /// Names given and taken away at once; nil takes away.
    case names([(directory: Int, name: String, node: Int?)])
  }

  public struct Pending: Sendable {
    var change: Change
    /// The file or directories that have to be synchronised.
    var nodes: [Int]
    /// The call it comes from.
    var call: Int
  }

  private var sizes: [Int: Int] = [:]
  private var call = 0

  public init() {}

  /// A disk that has the files below a directory, and no others, for good.
  public init(_ directory: String) throws {
    for path in try FileManager.default.subpathsOfDirectory(atPath: directory).sorted() {
      let file = URL(fileURLWithPath: directory + "/" + path)
      if try file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
        take(.makeDirectory(path))
      } else {
        take(.create(path))
        guard let node = find(path) else { continue }
        nodes[node].bytes = [UInt8](try Data(contentsOf: file))
        sizes[node] = nodes[node].bytes.count
      }
    }
    settle { _ in true }
  }

  // MARK: calls

  /// Takes a call as the kernel does: what it changes is seen at once, and pending.
  public mutating func take(_ next: Recording.Call) {
    call += 1
    switch next {
    case .create(let path): add(Node(), path)
    case .makeDirectory(let path): add(Node(isDirectory: true), path)
    case .remove(let path):
      guard let (directory, name) = place(path) else { return }
      rename([(directory, name, nil)])
    case .rename(let path, let other):
      guard let from = place(path), let to = place(other), let node = find(path) else { return }
      rename([(from.0, from.1, nil), (to.0, to.1, node)])
    case .resize(let path, let size):
      // Files that have no name any more do not matter.
      guard let node = find(path) else { return }
      let change: Change = size < sizes[node, default: 0] ? .truncate(to: size) : .grow(to: size)
      sizes[node] = size
      pending.append(Pending(change: change, nodes: [node], call: call))
    case .write(let path, let offset, let bytes, _):
      guard let node = find(path) else { return }
      if offset + bytes.count > sizes[node, default: 0] {
        sizes[node] = offset + bytes.count
        pending.append(
          Pending(change: .grow(to: offset + bytes.count), nodes: [node], call: call))
      }
      var start = offset
      while start < offset + bytes.count {
        let end = min((start / Self.page + 1) * Self.page, offset + bytes.count)
        pending.append(
          Pending(
            change: .write(at: start, bytes[start - offset..<end - offset]), nodes: [node],
            call: call))
        start = end
      }
    case .synchronize: break
    }
  }

  /// The call has returned: what it promises to be on disk is.
  public mutating func settle(_ done: Recording.Call) {
    switch done {
    case .synchronize(let path):
      guard let node = find(path) else { return }
      settle { $0.nodes.contains(node) }
    case .write(_, _, _, durable: true):
      let call = call
      settle { $0.call == call }
    default: break
    }
  }

  private mutating func settle(_ isDue: (Pending) -> Bool) {
    var due = pending.map(isDue)
    // Changes of one name do not overtake each other.
    var names: Set<String> = []
    for (index, change) in pending.enumerated().reversed() {
      guard case .names(let changes) = change.change else { continue }
      let keys = changes.map { "\($0.directory)/\($0.name)" }
      if due[index] || !names.isDisjoint(with: keys) {
        due[index] = true
        names.formUnion(keys)
      }
    }
    for (change, due) in zip(pending, due) where due {
      Self.apply(change, to: &nodes)
    }
    pending = zip(pending, due).filter { !$1 }.map(\.0)
  }

  private mutating func add(_ node: Node, _ path: String) {
    guard let (directory, name) = place(path) else { return }
    nodes.append(node)
    rename([(directory, name, nodes.count - 1)])
  }

  private mutating func rename(_ changes: [(directory: Int, name: String, node: Int?)]) {
    for change in changes { nodes[change.directory].live[change.name] = change.node }
    pending.append(
      Pending(change: .names(changes), nodes: changes.map(\.directory), call: call))
  }

  /// The directory a path's last name is in.
  private func place(_ path: String) -> (Int, String)? {
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last, let directory = find(parts.dropLast().joined(separator: "/"))
    else { return nil }
    return (directory, name)
  }

  private func find(_ path: String) -> Int? {
    path.split(separator: "/").reduce(0) { node, name in
      node.flatMap { nodes[$0].live[String(name)] }
    }
  }

  // MARK: images

  /// The files, by path, and the directories, with nil, after a power cut that kept only some of
  /// what was pending.
  public func image(keeping: (Pending, Int) -> Bool) -> Image {
    var nodes = nodes
    for (index, change) in pending.enumerated() where keeping(change, index) {
      Self.apply(change, to: &nodes)
    }
    var image: [String: [UInt8]?] = [:]
    func walk(_ node: Int, _ path: String) {
      for (name, below) in nodes[node].durable {
        let path = path.isEmpty ? name : path + "/" + name
        image.updateValue(nodes[below].isDirectory ? nil : nodes[below].bytes, forKey: path)
        walk(below, path)
      }
    }
    walk(0, "")
    return Image(files: image)
  }

  private static func apply(_ pending: Pending, to nodes: inout [Node]) {
    switch pending.change {
    case .names(let changes):
      for change in changes { nodes[change.directory].durable[change.name] = change.node }
    case .truncate(let size):
      let node = pending.nodes[0]
      nodes[node].bytes.removeLast(max(0, nodes[node].bytes.count - size))
    case .grow(let size):
      nodes[pending.nodes[0]].grow(to: size)
    case .write(let offset, let bytes):
      let node = pending.nodes[0]
      nodes[node].grow(to: offset + bytes.count)
      nodes[node].bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
  }
}

extension SimulatedDisk.Node {
  fileprivate mutating func grow(to size: Int) {
    if bytes.count < size {
      bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
    }
  }
}
