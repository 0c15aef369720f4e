/// Part `number`, from 1, of `count`, written 2/8.
public struct Part: Equatable, Sendable {
  public let number: Int
  public let count: Int

  /// Nil for what is no such part.
  public init?(_ text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1], count > 0,
      (1...count).contains(number)
    else { return nil }
    self.number = number
    self.count = count
  }
}
