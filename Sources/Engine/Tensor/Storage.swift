import Synchronization

/// A block of floats that goes back to a free list when its last owner lets go.
///
/// Training allocates the same sizes in every step, so from the second step on every
/// tensor is served from the free list and the process asks the system for nothing.
final class Storage: @unchecked Sendable {
  // Safe to send: the pointer never changes; who writes through it is the caller's order.
  let pointer: UnsafeMutablePointer<Float>
  private let capacity: Int

  init(count: Int) {
    capacity = Storage.capacity(for: count)
    pointer = FreeList.shared.take(capacity)
  }

  deinit { FreeList.shared.give(pointer, capacity) }

  /// Rounds up to 1/8 of the leading power of two, so near sizes share blocks.
  private static func capacity(for count: Int) -> Int {
    let count = max(count, 64)
    let step = max(64, 1 << (Int.bitWidth - count.leadingZeroBitCount - 4))
    return (count + step - 1) / step * step
  }
}

/// The freed blocks by size, and how much memory tensors hold.
final class FreeList: Sendable {
  static let shared = FreeList()

  private struct State {
    var free: [Int: [UnsafeMutablePointer<Float>]] = [:]
    var held = 0
    var peak = 0
  }
  // Pointers are not Sendable by themselves; here they are only ever owned by the list.
  private struct Guarded: @unchecked Sendable { var state = State() }
  private let guarded = Mutex(Guarded())

  func take(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let reused: UInt = guarded.withLock { guarded in
      if let pointer = guarded.state.free[capacity]?.popLast() {
        return UInt(bitPattern: pointer)
      }
      guarded.state.held += capacity
      guarded.state.peak = max(guarded.state.peak, guarded.state.held)
      return 0
    }
    if let pointer = UnsafeMutablePointer<Float>(bitPattern: reused) { return pointer }
    let raw = UnsafeMutableRawPointer.allocate(byteCount: capacity * 4, alignment: 64)
    return raw.bindMemory(to: Float.self, capacity: capacity)
  }

  func give(_ pointer: UnsafeMutablePointer<Float>, _ capacity: Int) {
    let address = UInt(bitPattern: pointer)
    guarded.withLock { guarded in
      guarded.state.free[capacity, default: []].append(
        UnsafeMutablePointer<Float>(bitPattern: address)!)
    }
  }

  /// Gives every unused block back to the system; the peak counts from here.
  func drain() {
    guarded.withLock { guarded in
      for (capacity, pointers) in guarded.state.free {
        for pointer in pointers { UnsafeMutableRawPointer(pointer).deallocate() }
        guarded.state.held -= capacity * pointers.count
      }
      guarded.state.free = [:]
      guarded.state.peak = guarded.state.held
    }
  }

  var bytes: (held: Int, peak: Int) {
    guarded.withLock { ($0.state.held * 4, $0.state.peak * 4) }
  }
}

/// Memory that tensors hold (in use or ready for reuse) and the most they held since the start or
/// the last `releaseTensorMemory`, in bytes.
public func tensorMemory() -> (held: Int, peak: Int) { FreeList.shared.bytes }

/// Returns the memory that no tensor uses to the system.
public func releaseTensorMemory() { FreeList.shared.drain() }
