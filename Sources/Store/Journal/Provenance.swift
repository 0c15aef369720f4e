/// What of the running program an entry records; whoever opens a pool says it.
public struct Provenance: Sendable {
  public var version: String
  public var blas: String
  public var threads: Int

  public init(version: String, blas: String, threads: Int) {
    self.version = version
    self.blas = blas
    self.threads = threads
  }
}
