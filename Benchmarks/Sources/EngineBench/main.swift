// Measures psrdb's engine and, where Python has a torch, PyTorch, in turns: `make bench`.
//
// Environment: BENCH_PYTHON, the Python to ask (python3); BENCH_ROUNDS (5); BENCH_ONLY, words of
// which a workload's name must hold one.
import Engine
import Foundation

let environment = ProcessInfo.processInfo.environment
let folder = "Benchmarks"
let models = "models/fashion-mnist"

func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

do {
  let before = loadAverage()
  let python = environment["BENCH_PYTHON"] ?? "python3"
  let peer = try Peer(python: python, script: "\(folder)/peer.py", models: models)
  if peer == nil {
    say("\(python) has no torch (set BENCH_PYTHON to one that has): psrdb's column alone.")
  }
  let loaded = try DefaultModels(folder: models)
  let grey = [28, 28, 1]
  let colour = [32, 32, 3]
  let only = environment["BENCH_ONLY"]?.split(separator: ",").map(String.init) ?? []
  let rounds = environment["BENCH_ROUNDS"].flatMap(Int.init) ?? 5
  var measurements = [
    classifierWorkload("convnet3", image: grey, batch: 256, trains: true, bar: 3),
    classifierWorkload("convnet3", image: grey, batch: 100, trains: true, bar: 3),
    classifierWorkload("convnet3", image: grey, batch: 256, trains: false, bar: 4),
    classifierWorkload("resnet18", image: colour, batch: 128, trains: true, bar: 2),
    classifierWorkload("resnet18", image: colour, batch: 128, trains: false, bar: 2),
    samplingWorkload(loaded),
    refinementWorkload(loaded),
    selectionWorkload(),
  ].filter { workload in only.isEmpty || only.contains { workload.name.contains($0) } }
    .map { Measurement(workload: $0) }
  var peak = matrixProductPeak()
  for round in 0..<rounds {
    for i in measurements.indices {
      try measurements[i].round(peer, budget: 1)
      let m = measurements[i]
      say(
        "round \(round + 1)/\(rounds)  \(m.workload.name): \(Int(m.ours.last!))"
          + (m.theirs.last.map { " against \(Int($0)) (\(m.way))" } ?? ""))
    }
    peak = max(peak, matrixProductPeak())
  }
  say("one thread against more")
  let scaling = try Scaling(measurements.map(\.workload), rounds: min(rounds, 3))
  let report = Report(
    measurements: measurements, peak: peak, peer: peer?.version, load: (before, loadAverage()),
    scaling: scaling)
  print(report.text)
  try report.write(to: "\(folder)/out/engine.json")
} catch {
  say("make bench: \(error)")
  exit(1)
}
