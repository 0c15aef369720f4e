/// Which of the pending changes a power cut leaves on disk.
public enum PowerCut: Sendable {
  case nothing
  case everything
  /// Those up to a place.
  case upTo(Int)
  case only(Int)
  case allBut(Int)
  /// Only those of the file or directory that the one at a place is of.
  case onlyFile(Int)
  case allButFile(Int)
  /// Those whose bits are set.
  case these(Int)
  /// Each by chance.
  case chance(UInt64)

  /// The one to try next, for a number of pending changes: first nothing and everything; then,
  /// of a few changes all choices in turn, of many one by chance.
  public init(of count: Int, pass: Int, _ random: inout SplitMix) {
    if pass < 2 {
      self = pass == 0 ? .nothing : .everything
      return
    }
    if count < 8 {
      self = .these(pass - 1)
      return
    }
    let place = Int.random(in: 0..<count, using: &random)
    switch random.next() % 7 {
    case 0: self = .upTo(place)
    case 1: self = .only(place)
    case 2: self = .allBut(place)
    case 3: self = .onlyFile(place)
    case 4: self = .allButFile(place)
    default: self = .chance(random.next())
    }
  }

  /// The files after it.
  public func image(of disk: SimulatedDisk) -> SimulatedDisk.Image {
    func isOfFile(_ change: SimulatedDisk.Pending, _ place: Int) -> Bool {
      disk.pending.indices.contains(place)
        && !Set(change.nodes).isDisjoint(with: disk.pending[place].nodes)
    }
    return switch self {
    case .nothing: disk.image { _, _ in false }
    case .everything: disk.image { _, _ in true }
    case .upTo(let place): disk.image { $1 <= place }
    case .only(let place): disk.image { $1 == place }
    case .allBut(let place): disk.image { $1 != place }
    case .onlyFile(let place): disk.image { change, _ in isOfFile(change, place) }
    case .allButFile(let place): disk.image { change, _ in !isOfFile(change, place) }
    case .these(let bits): disk.image { _, index in bits >> index & 1 == 1 }
    case .chance(let seed):
      disk.image { _, index in
        var random = SplitMix(state: seed &+ UInt64(index))
        return random.next() % 2 == 0
      }
    }
  }
}
