import Foundation
import Store

// StoreWorker POOL ACKNOWLEDGED OPERATION…: does to a pool what psrdb does, in a process that tests
// can kill and starve. Writes a line per operation done to ACKNOWLEDGED: head number and digest.

let arguments = CommandLine.arguments
guard arguments.count > 3 else { exit(2) }
var worker = Worker(path: arguments[1], acknowledged: arguments[2])
do {
  for operation in arguments.dropFirst(3) { try worker.run(operation) }
  worker.pool?.close()
} catch let error as PoolError {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(error.code.rawValue)
}
