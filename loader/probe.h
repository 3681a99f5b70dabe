#ifndef ONNXIFI_LOADER_PROBE_H_
#define ONNXIFI_LOADER_PROBE_H_

#include <string>

#include "loader/file.h"
#include "loader/outcome.h"

namespace onnxifi::loader {

// Loads a plugin in a child process, so that a constructor that crashes,
// hangs or exits cannot hurt the host. Threading: safe.
class Probe {
 public:
  // `helper` is the program onnxifi-probe.
  Probe(std::string helper, int timeout_ms)
      : helper_(std::move(helper)), timeout_ms_(timeout_ms) {}

  // Whether the helper exists; without it a probe is not possible.
  bool available() const;

  Outcome Run(const std::string& plugin) const;

 private:
  std::string helper_;
  int timeout_ms_;
};

// Remembers the verdicts of probes in one small file per plugin identity.
// Refusals are forgotten after an hour: their cause may be gone. A directory
// that cannot be written is as good as an empty one. Threading: safe, also
// between processes.
class ProbeCache {
 public:
  // An empty directory turns the cache off.
  explicit ProbeCache(std::string directory)
      : directory_(std::move(directory)) {}

  // False when nothing is known.
  bool Find(const std::string& path, const FileIdentity& identity,
            Outcome* outcome) const;
  void Store(const std::string& path, const FileIdentity& identity,
             const Outcome& outcome) const;

 private:
  std::string FileFor(const std::string& key) const;

  std::string directory_;
};

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_PROBE_H_
