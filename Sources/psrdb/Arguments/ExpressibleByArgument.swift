public import ArgumentParser
public import Engine
public import Stages
public import Store

extension DatasetFormat: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
extension Sampler: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {}
extension Source: ExpressibleByArgument {}
extension Versions: ExpressibleByArgument {}
extension AllocationRule: ExpressibleByArgument {}

extension Part: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
