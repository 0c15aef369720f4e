// swift-tools-version: 6.2
import PackageDescription

// The engine against PyTorch: `make bench` at the root. A package of its own, so that building
// and testing psrdb never builds it.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "psrdb", path: "..")],
  targets: [
    .executableTarget(
      name: "EngineBench", dependencies: [.product(name: "Engine", package: "psrdb")])
  ]
)
