import Foundation
import Stages

/// A stage's progress on stderr, with rate and ETA: a moving line on a terminal; elsewhere a line
/// each minute, and one when the stage is finished.
final class ProgressLine {
  /// Columns to draw in; nil when nothing should move.
  private let width: Int?
  private let quiet: Bool
  private let write: (String) -> Void
  private let now: () -> Double

  private var last: ProgressUpdate?
  private var begun = 0.0
  /// When the first piece of work was under way: what comes before, as reading images, says nothing of
  /// the time that is left.
  private var moving = 0.0
  private var already = 0
  private var drawn = -1.0

  init(
    width: Int?, quiet: Bool, write: @escaping (String) -> Void = Terminal.error,
    now: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime }
  ) {
    self.width = width
    self.quiet = quiet
    self.write = write
    self.now = now
  }

  func update(_ update: ProgressUpdate) {
    guard !quiet else { return }
    // A recipe may have a stage of one name twice, one after the other.
    if last.map({ $0.stage != update.stage || update.done < $0.done }) ?? true {
      finish()
      begun = now()
      already = update.done
      drawn = width == nil ? begun : -1
    }
    if update.done == already { moving = now() }
    last = update
    if let width {
      // Ten frames a second are enough for an eye.
      guard now() - drawn >= 0.1 || update.done == update.total else { return }
      write("\r\u{1B}[K" + truncated(frame(update), to: width - 1))
    } else {
      guard now() - drawn >= 60 else { return }
      write(frame(update) + "\n")
    }
    drawn = now()
  }

  /// Ends the line of the stage under way, if there is one.
  /// - Parameter stopped: whether the stage ended before it was done.
  func finish(stopped: Bool = false) {
    guard let last, !quiet else { return }
    self.last = nil
    let seconds = now() - begun
    let made = last.done - already
    guard made > 0 else {
      if width != nil { write("\r\u{1B}[K") }
      return
    }
    let place = stopped ? "stopped at \(amount(last.done, last))" : ""
    let parts = [
      "\(last.stage): \(amount(stopped ? last.total : last.total - already, last))", place,
      Human.duration(seconds), rate(made, seconds, last),
    ]
    let text = parts.filter { !$0.isEmpty }.joined(separator: ", ")
    write((width == nil ? "" : "\r\u{1B}[K") + text + "\n")
  }

  private func frame(_ update: ProgressUpdate) -> String {
    let seconds = now() - moving
    let made = update.done - already
    // Where there is little room, figures go before the bar.
    let stage = (width ?? 0) < 60 ? update.stage : "\(update.stage) \(bar(update))"
    var parts = ["\(stage) \(amount(update.done, update))/\(amount(update.total, update))"]
    if made > 0 && seconds > 0.5 {
      parts.append(rate(made, seconds, update))
      let left = Double(update.total - update.done) * seconds / Double(made)
      if left >= 1 { parts.append("\(Human.duration(left)) left") }
    }
    if !update.note.isEmpty { parts.append(update.note) }
    return parts.joined(separator: "  ")
  }

  private func bar(_ update: ProgressUpdate) -> String {
    let share = update.total > 0 ? Double(update.done) / Double(update.total) : 0
    let filled = Int(20 * min(1, max(0, share)))
    return String(repeating: "━", count: filled) + String(repeating: "╌", count: 20 - filled)
  }

  private func amount(_ number: Int, _ update: ProgressUpdate) -> String {
    update.isBytes ? Human.bytes(number) : Human.count(number)
  }

  private func rate(_ made: Int, _ seconds: Double, _ update: ProgressUpdate) -> String {
    guard made > 0, seconds > 0.05 else { return "" }
    let rate = Double(made) / seconds
    let whole = rate >= 1000 || update.isBytes
    return (whole ? amount(Int(rate), update) : Human.decimal(rate)) + "/s"
  }
}
