import Engine
import Store

/// Runs `body`; a `FormatError` in it becomes a `PoolError`, the one error type of stages: a file
/// that is not there is not found, any other failing is a failure.
func translatingFormatErrors<R>(_ body: () throws -> R) throws -> R {
  do {
    return try body()
  } catch let error as FormatError {
    throw PoolError(
      error.code == .missing ? .notFound : .failure, "\(error.message).", remedy: error.remedy)
  }
}
