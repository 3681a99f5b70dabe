#include <dlfcn.h>
#include <sys/auxv.h>

#include <algorithm>
#include <cstdlib>

#include "base/str_cat.h"
#include "loader/file.h"
#include "loader/search_path.h"

namespace onnxifi::loader {

namespace {

std::optional<std::string> SecureEnvironment(const char* name) {
  const char* value = secure_getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

// A variable whose empty value means "not set", as XDG demands.
std::string SecureOr(const char* name, const std::string& otherwise) {
  const std::string value = SecureEnvironment(name).value_or("");
  return value.empty() ? otherwise : value;
}

// The file that this code was loaded from.
std::string OwnPath() {
  static const char anchor = 0;
  Dl_info info;
  if (dladdr(&anchor, &info) == 0 || info.dli_fname == nullptr) return "";
  std::string path;
  return CanonicalPath(info.dli_fname, &path).ok() ? path : "";
}

int ProbeTimeout() {
  constexpr int kDefaultMs = 2000;
  constexpr int kMaxMs = 600'000;
  const std::string text = SecureOr("ONNXIFI_PROBE_TIMEOUT_MS", "");
  if (text.empty()) return kDefaultMs;
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  if (*end != '\0' || value <= 0) return kDefaultMs;
  return static_cast<int>(std::min<long>(value, kMaxMs));
}

}  // namespace

SearchEnvironment SearchEnvironment::FromProcess() {
  SearchEnvironment out;
  out.plugin_files = SecureEnvironment("ONNXIFI_PLUGIN_FILES");
  out.add_plugin_files = SecureEnvironment("ONNXIFI_ADD_PLUGIN_FILES");
  out.plugin_path = SecureEnvironment("ONNXIFI_PLUGIN_PATH");
  out.select = SecureEnvironment("ONNXIFI_PLUGINS_SELECT");
  out.disable = SecureEnvironment("ONNXIFI_PLUGINS_DISABLE");
  out.probe = SecureOr("ONNXIFI_PROBE", "1") != "0";
  out.probe_timeout_ms = ProbeTimeout();
  const std::string home = SecureOr("HOME", "");
  const auto under_home = [&](const char* below) {
    return home.empty() ? std::string() : home + below;
  };
  out.config_home = SecureOr("XDG_CONFIG_HOME", under_home("/.config"));
  out.data_home = SecureOr("XDG_DATA_HOME", under_home("/.local/share"));
  out.cache_home = SecureOr("XDG_CACHE_HOME", under_home("/.cache"));
  out.config_dirs = SecureOr("XDG_CONFIG_DIRS", "/etc/xdg");
  out.data_dirs = SecureOr("XDG_DATA_DIRS", "/usr/local/share:/usr/share");
  out.library = OwnPath();
  out.sysconf_dir = ONNXIFI_SYSCONF_DIR;
  out.system_plugin_dir = ONNXIFI_SYSTEM_PLUGIN_DIR;
  out.legacy_plugin_dir = ONNXIFI_LEGACY_PLUGIN_DIR;
  out.privileged = getauxval(AT_SECURE) != 0;
  return out;
}

}  // namespace onnxifi::loader
