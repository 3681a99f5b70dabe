#ifndef ONNXIFI_LOADER_LOADER_H_
#define ONNXIFI_LOADER_LOADER_H_

#include <onnxifi/onnxifi.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "loader/file.h"
#include "loader/handle_table.h"
#include "loader/load_report.h"
#include "loader/plugin.h"
#include "loader/probe.h"
#include "loader/search_path.h"

namespace onnxifi::loader {

// Finds and loads the plugins, knows their backends and every handle that
// clients hold. Made once per process, on the first call that needs it, and
// never destroyed: plugins may outlive main().
// Threading: safe.
class Loader {
 public:
  // Searches and loads. Takes as long as the plugins' own start.
  explicit Loader(SearchEnvironment environment);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // The instance of the process, made now if there is none. `function` is the
  // caller's name for the error text. A plugin that calls in while it is
  // being loaded is refused.
  static onnxStatus Get(const char* function, Loader** loader);
  // The instance, or nullptr when no call has needed one: no handle exists.
  static Loader* IfStarted();

  // Asks every plugin for its backends now. A plugin that fails is left out.
  onnxStatus ListDevices(const char* function, std::vector<Device*>* devices);

  // Takes one client reference on each device and stores the handles.
  void HandOut(const std::vector<Device*>& devices, onnxBackendID* ids);
  // Gives one back; false when the handle is not a live ID.
  bool ReleaseId(onnxBackendID handle);

  HandleTable& handles() { return handles_; }
  const LoadReport& report() const { return report_; }
  const SearchEnvironment& environment() const { return environment_; }

 private:
  // A plugin with its devices, in the plugin's order of the last listing.
  struct Loaded {
    std::unique_ptr<Plugin> plugin;
    std::vector<std::unique_ptr<Device>> known;
    std::vector<Device*> current;
  };

  void Consider(const Candidate& candidate);
  Outcome Admit(const Candidate& candidate, CandidateReport* report,
                FileIdentity* identity);
  Outcome CheckIdentity(const FileIdentity& identity);
  Outcome ProbeIfUnknown(const std::string& path, const FileIdentity& identity,
                         std::string* remark);
  bool IsTrusted(const std::string& path, const FileIdentity& identity) const;
  bool Intern(Loaded* loaded, const std::vector<onnxBackendID>& ids);
  Device* FindOrMakeDevice(Loaded* loaded, onnxBackendID id, bool* known);

  SearchEnvironment environment_;
  FileIdentity own_identity_;
  Probe probe_;
  ProbeCache cache_;
  LoadReport report_;
  std::vector<FileIdentity> seen_;
  HandleTable handles_;
  std::mutex devices_mutex_;  // guards plugins_ after construction
  std::vector<std::unique_ptr<Loaded>> plugins_;
  std::mutex references_mutex_;  // guards Device::references
};

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_LOADER_H_
