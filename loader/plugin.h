#ifndef ONNXIFI_LOADER_PLUGIN_H_
#define ONNXIFI_LOADER_PLUGIN_H_

#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "loader/dispatch.h"
#include "loader/dynamic_library.h"
#include "loader/outcome.h"
#include "loader/plugin_interface.h"

namespace onnxifi::loader {

class Plugin;

// One backend of one plugin: the plugin's ID, held for the rest of the
// process, and the handle that clients see for it. Threading: constant after
// construction, but for `references`, which the loader's lock guards.
struct Device {
  Plugin* plugin = nullptr;
  onnxBackendID inner = nullptr;
  void* handle = nullptr;
  // Extension functions of the plugin, or null.
  onnxSetIOAndRunGraphFunction set_io_and_run = nullptr;
  onnxGetLastErrorFunction last_error = nullptr;
  PluginInterface interface;
  // How often clients have been given the ID and not yet released it.
  uint64_t references = 0;
};

// A loaded plugin: its functions and what is known of its manners.
// Threading: safe after Load, except ListIds, which the loader serialises.
class Plugin {
 public:
  // More backends than this in one plugin is nonsense.
  static constexpr size_t kMaxBackends = 1024;

  // Opens the library, binds its functions and lists its backends. The first
  // step that fails names the reason.
  static Outcome Load(const std::string& path, std::unique_ptr<Plugin>* plugin);

  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }
  const DispatchTable& table() const { return table_; }
  // The library predates the rules of 1.0 (it refuses the size query): it may
  // use NULL as a handle.
  bool allows_null_handles() const { return allows_null_handles_; }
  // A remark for the load report; empty when there is nothing to tell.
  std::string Remark() const;

  // Asks the plugin for its IDs, each with one reference for the loader.
  // Absurd numbers are refused, a changing number is asked for three times.
  Outcome ListIds(std::vector<onnxBackendID>* ids);

  // Finds the extension functions that a backend offers.
  void BindExtensions(Device* device) const;

  // Tokens of the EXTENSIONS string that only the foxi fork uses.
  Outcome CheckExtensions(onnxBackendID id) const;

  // The IDs listed by Load, until taken.
  std::vector<onnxBackendID> TakeFirstIds() { return std::move(first_ids_); }

  // The value of a string property; empty when the plugin does not tell.
  std::string InfoText(onnxBackendID id, onnxBackendInfo info) const;

 private:
  std::string WhyNoBackends() const;
  Outcome ListIdsOnce(std::vector<onnxBackendID>* ids, bool* retry);
  Outcome ListWithoutSizeQuery(std::vector<onnxBackendID>* ids);

  std::string path_;
  std::string name_;
  DynamicLibrary library_;
  DispatchTable table_;
  bool allows_null_handles_ = false;
  std::vector<onnxBackendID> first_ids_;
  std::string why_none_;
};

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_PLUGIN_H_
