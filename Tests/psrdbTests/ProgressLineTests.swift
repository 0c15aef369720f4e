import Stages
import Testing

@testable import psrdb

@Suite struct ProgressLineTests {
  private final class Screen {
    var text = ""
    var time = 0.0
  }

  private func line(_ screen: Screen, width: Int?, quiet: Bool = false) -> ProgressLine {
    ProgressLine(width: width, quiet: quiet, write: { screen.text += $0 }, now: { screen.time })
  }

  private func update(_ stage: String, _ done: Int, _ total: Int) -> ProgressUpdate {
    ProgressUpdate(stage: stage, done: done, total: total, note: "")
  }

  @Test func offATerminalOneLineForAFinishedStage() {
    let screen = Screen()
    let progress = line(screen, width: nil)
    for done in 0...100 {
      screen.time = Double(done) / 10
      progress.update(update("score", done, 100))
    }
    progress.finish()
    #expect(screen.text == "score: 100, 10.0 s, 10/s\n")
  }

  @Test func bytesAreToldAsBytes() {
    let screen = Screen()
    let progress = line(screen, width: nil)
    for second in 0...60 {
      screen.time = Double(second)
      progress.update(
        ProgressUpdate(stage: "backup", done: second << 20, total: 90 << 20, isBytes: true))
    }
    progress.finish(stopped: true)
    #expect(
      screen.text == "backup 60.0 MiB/90.0 MiB  1.0 MiB/s  30.0 s left\n"
        + "backup: 90.0 MiB, stopped at 60.0 MiB, 1 min 00 s, 1.0 MiB/s\n")
  }

  @Test func offATerminalALineEachMinuteOfALongStage() {
    let screen = Screen()
    let progress = line(screen, width: nil)
    for done in 0...150 {
      screen.time = Double(done)
      progress.update(update("refine", done, 600))
    }
    #expect(
      screen.text == "refine 60/600  1/s  9 min 00 s left\nrefine 120/600  1/s  8 min 00 s left\n")
  }

  @Test func aStageOfTheSameNameBeginsAnew() {
    let screen = Screen()
    let progress = line(screen, width: nil)
    for second in 0...20 {
      screen.time = Double(second)
      progress.update(update("score", second % 10, 9))
    }
    progress.finish()
    #expect(screen.text == "score: 9, 10.0 s, 0.9/s\nscore: 9, 10.0 s, 0.9/s\n")
  }

  @Test func aStageThatHadNothingToDoSaysNothing() {
    let screen = Screen()
    let progress = line(screen, width: nil)
    progress.update(update("score", 100, 100))
    progress.finish()
    #expect(screen.text.isEmpty)
  }

  @Test func aStoppedStageSaysWhere() {
    let screen = Screen()
    let progress = line(screen, width: nil)
    progress.update(update("generate", 0, 10))
    screen.time = 2
    progress.update(update("generate", 4, 10))
    progress.finish(stopped: true)
    #expect(screen.text == "generate: 10, stopped at 4, 2.00 s, 2/s\n")
  }

  @Test func onATerminalRateAndTimeLeftOfWhatIsMadeNow() {
    let screen = Screen()
    let progress = line(screen, width: 200)
    progress.update(update("generate", 50, 100))
    screen.time = 5
    progress.update(update("generate", 60, 100))
    // 10 in 5 s: what was there before does not count.
    #expect(screen.text.contains("60/100  2/s  20.0 s left"))
    #expect(screen.text.hasPrefix("\r"))
  }

  @Test func aTerminalSeesTenFramesASecondAtMost() {
    let screen = Screen()
    let progress = line(screen, width: 80)
    for done in 0..<1000 {
      screen.time = Double(done) / 1000
      progress.update(update("x", done, 2000))
    }
    #expect(screen.text.filter { $0 == "\r" }.count <= 11)
  }

  @Test func quietIsQuiet() {
    let screen = Screen()
    let progress = line(screen, width: 80, quiet: true)
    progress.update(update("x", 1, 2))
    progress.finish()
    #expect(screen.text.isEmpty)
  }
}
