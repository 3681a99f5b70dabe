#ifndef ONNXIFI_LOADER_SEARCH_PATH_H_
#define ONNXIFI_LOADER_SEARCH_PATH_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loader/load_report.h"

namespace onnxifi::loader {

// Everything from outside that decides where plugins may be. A test fills it
// by hand; FromProcess reads the process's environment through
// secure_getenv, so that a privileged process sees none of it.
struct SearchEnvironment {
  static SearchEnvironment FromProcess();

  // ONNXIFI_PLUGIN_FILES: these files and nothing else.
  std::optional<std::string> plugin_files;
  // ONNXIFI_ADD_PLUGIN_FILES: files before all others.
  std::optional<std::string> add_plugin_files;
  // ONNXIFI_PLUGIN_PATH: directories before the standard ones.
  std::optional<std::string> plugin_path;
  // ONNXIFI_PLUGINS_SELECT and ONNXIFI_PLUGINS_DISABLE: lists of globs.
  std::optional<std::string> select;
  std::optional<std::string> disable;
  // ONNXIFI_PROBE=0 and ONNXIFI_PROBE_TIMEOUT_MS.
  bool probe = true;
  int probe_timeout_ms = 2000;
  // The XDG base directories, defaults applied; empty when unknown.
  std::string config_home;
  std::string data_home;
  std::string cache_home;
  std::string config_dirs;
  std::string data_dirs;
  // Canonical path of libonnxifi.so.1; empty when unknown.
  std::string library;
  // Compile-time directories.
  std::string sysconf_dir;
  std::string system_plugin_dir;
  std::string legacy_plugin_dir;
  // The process runs with more rights than its user (AT_SECURE).
  bool privileged = false;
};

// Which rule of the search found a file. The order is the order of loading.
enum class Rule {
  kPluginFiles,
  kAddPluginFiles,
  kPluginPath,
  kXdgConfig,
  kSysconf,
  kXdgData,
  kInstallData,
  kBesideLoader,
  kSystemDirectory,
  kLegacyDirectory,
};
const char* RuleName(Rule rule);

// A library that may be a plugin; the path is as found, not yet canonical.
struct Candidate {
  std::string path;
  Rule rule;
  std::string manifest;  // empty when found by file name
};

// Lists candidates in their fixed total order: by rule, then by position in
// the environment, then by file name (strcmp). Manifests that cannot be used
// go straight into the report. Threading: safe, no shared state.
std::vector<Candidate> CollectCandidates(const SearchEnvironment& environment,
                                         LoadReport* report);

// Whether `name` fits `glob`; '*' is any text, '?' any one byte.
bool GlobMatches(std::string_view glob, std::string_view name);

// Applies the SELECT and DISABLE globs to the file name of a candidate and
// to its short name ("cpu" of "libonnxifi-cpu.so"). A selected plugin is used
// even when it is disabled; when something is selected, only that is used.
Outcome CheckFilters(const SearchEnvironment& environment,
                     const std::string& path);

// Whether a file name has the form libonnxifi-<name>.so.
bool IsPluginFileName(std::string_view name);

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_SEARCH_PATH_H_
