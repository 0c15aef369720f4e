import Engine
import Store

/// Runs `body`; a `FormatError` in it becomes a `PoolError`, the one error type of stages: a file
/// that is not there is not found, a full disk is out of space, any other failing is a failure.
func translatingFormatErrors<R>(_ body: () throws -> R) throws -> R {
  do {
    return try body()
  } catch let error as FormatError {
    let code: PoolError.Code =
      switch error.code {
      case .missing: .notFound
      case .noSpace: .noSpace
      default: .failure
      }
    throw PoolError(
      code, error.message.hasSuffix(".") ? error.message : "\(error.message).",
      remedy: error.remedy)
  }
}
