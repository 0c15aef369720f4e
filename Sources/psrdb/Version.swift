import Engine
import Store

enum Version {
  static let number = "0.1.0"
  static let text = "psrdb \(number), Apache-2.0 (http://www.apache.org/licenses/LICENSE-2.0)"

  /// What journal entries record of this program.
  static var provenance: Provenance {
    Provenance(version: number, blas: "OpenBLAS \(blasCoreName)", threads: Threads.count)
  }
}
