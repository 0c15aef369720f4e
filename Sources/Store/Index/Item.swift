/// The index's number of one image: entry, class and row in one integer, so that what a tensor
/// says is found without a look-up (schema/index.sql).
public enum Item {
  static let maximumEntry: Int64 = 1 << 27 - 1
  static let maximumClass = 1 << 14 - 1
  public static let maximumRow = 1 << 22 - 1

  public static func number(_ entry: Int64, _ class: Int, _ row: Int) -> Int64 {
    entry << 36 | Int64(`class`) << 22 | Int64(row)
  }

  /// Entry, class and row of an item.
  static func parts(_ item: Int64) -> (entry: Int64, class: Int, row: Int) {
    (item >> 36, Int(item >> 22) & maximumClass, Int(item) & maximumRow)
  }

  /// The numbers of an entry's items.
  public static func range(of entry: Int64) -> ClosedRange<Int64> {
    number(entry, 0, 0)...number(entry, maximumClass, maximumRow)
  }

  /// The numbers of its items of one class.
  public static func range(of entry: Int64, class: Int) -> ClosedRange<Int64> {
    number(entry, `class`, 0)...number(entry, `class`, maximumRow)
  }
}
