import Foundation

/// `make test-long`: the same tests, with many times the cases.
public enum LongRun {
  public static let isAsked = ProcessInfo.processInfo.environment["PSRDB_LONG"] == "1"
}
