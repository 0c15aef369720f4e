import Engine
import Foundation

/// The table, and engine.json.
struct Report {
  var measurements: [Measurement]
  var peak: Double
  var peer: String?
  var load: (before: String, after: String)
  var scaling: Scaling

  private var machine: [String: Any] {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }
    return [
      "cpu": model.map { String($0.drop { $0 != ":" }.dropFirst(2)) } ?? "unknown",
      "cores": ProcessInfo.processInfo.activeProcessorCount, "threads": Threads.count,
      "system": ProcessInfo.processInfo.operatingSystemVersionString,
      "load before": load.before, "load after": load.after,
    ]
  }

  private var versions: [String: Any] {
    ["PyTorch": peer ?? "missing", "OpenBLAS kernels": blasCoreName]
  }

  var text: String {
    var lines = [
      "| work | unit | psrdb | PyTorch | ratio | bar | of the product's peak | tensors | "
        + "of that after a first call |",
      "|---|---|---|---|---|---|---|---|---|",
    ]
    for m in measurements {
      let w = m.workload
      let digits = w.unit == nil ? 1 : 0
      lines.append(
        "| \(w.name) | \(w.unit ?? "ms") | \(number(m.psrdb, digits)) | "
          + "\(m.peer.map { "\(number($0, digits)) (\(m.way))" } ?? "–") | "
          + "\(m.ratio.map { number($0, 2) } ?? "–") | "
          + "\(w.unit == nil ? "≤ \(number(w.bar, 0)) ms" : "≥ \(number(w.bar, 1))") | "
          + "\(m.rate.map { number(100 * $0 / peak, 0) + " %" } ?? "–") | "
          + "\(mebibytes(m.memory)) | \(mebibytes(m.grown)) |")
    }
    let heads = scaling.threads.map { $0 == 1 ? "1 thread" : "\($0) threads" }
    lines += [
      "", "| work | unit | \(heads.joined(separator: " | ")) |",
      "|---|---|\(heads.map { _ in "---|" }.joined())",
    ]
    for row in scaling.rows {
      let cells = zip(row.figures, scaling.gains(row)).map { figure, gain in
        "\(number(figure, row.workload.unit == nil ? 1 : 0)) (× \(number(gain, 2)))"
      }
      lines.append(
        "| \(row.workload.name) | \(row.workload.unit ?? "ms") | "
          + "\(cells.joined(separator: " | ")) |")
    }
    lines += ["", "A large matrix product's peak here: \(number(peak / 1e9, 0)) GFLOP/s"]
    for (name, value) in (machine.merging(versions) { a, _ in a }).sorted(by: { $0.key < $1.key }) {
      lines.append("\(name): \(value)")
    }
    return lines.joined(separator: "\n")
  }

  func write(to path: String) throws {
    let rows: [[String: Any]] = measurements.map { m in
      [
        "name": m.workload.name, "unit": m.workload.unit ?? "ms", "psrdb": m.psrdb,
        "peer": m.peer ?? NSNull(), "peerWay": m.way, "ratio": m.ratio ?? NSNull(),
        // The bar is of the ratio, the limit of milliseconds.
        "bar": m.workload.unit == nil ? NSNull() : m.workload.bar,
        "limit": m.workload.unit == nil ? m.workload.bar : NSNull(), "psrdbRounds": m.ours,
        "peerRounds": m.theirs,
        "peakShare": m.rate.map { $0 / peak } ?? NSNull(), "tensorBytes": m.memory,
        "tensorBytesAfterFirstCall": m.grown,
      ] as [String: Any]
    }
    let threads: [[String: Any]] = scaling.rows.map { row in
      [
        "name": row.workload.name, "unit": row.workload.unit ?? "ms", "threads": scaling.threads,
        "psrdb": row.figures,
      ]
    }
    let all: [String: Any] = [
      "rows": rows, "scaling": threads, "machine": machine, "versions": versions,
      "productPeak": peak,
    ]
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try JSONSerialization.data(
      withJSONObject: all, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    ).write(to: url)
  }
}

private func mebibytes(_ bytes: Int) -> String {
  number(Double(bytes) / 1_048_576, bytes < 10 << 20 ? 1 : 0) + " MiB"
}

private func number(_ value: Double, _ digits: Int) -> String {
  String(format: "%.\(digits)f", value)
}

/// The system's load averages.
func loadAverage() -> String {
  ((try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? "unknown")
    .split(separator: " ").prefix(3).joined(separator: " ")
}
