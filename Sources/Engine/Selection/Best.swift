/// What has a place among its like.
protocol Ranked {
  func precedes(_ other: Self) -> Bool
}

/// The first of some items in their order, and how many items there were.
struct Best<Item: Ranked> {
  private let limit: Int
  private(set) var count = 0
  private var items: [Item] = []
  /// None that does not precede it is among the best.
  private var last: Item?

  init(_ limit: Int) { self.limit = limit }

  mutating func take(_ item: Item) {
    count += 1
    if let last, !item.precedes(last) { return }
    items.append(item)
    // Sorted once for as many as are kept, so that each costs little.
    if items.count - limit >= max(limit, 1024) {
      items = sorted()
      last = items.last
    }
  }

  func sorted() -> [Item] {
    Array(items.sorted { $0.precedes($1) }.prefix(limit))
  }
}

extension Best: Sendable where Item: Sendable {}
