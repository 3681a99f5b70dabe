#include "loader/search_path.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/str_cat.h"
#include "loader/file.h"
#include "loader/manifest.h"

namespace onnxifi::loader {

namespace {

constexpr std::string_view kPrefix = "libonnxifi-";
constexpr std::string_view kSuffix = ".so";
constexpr std::string_view kManifestSuffix = ".json";
// Bounds on what a hostile environment or directory can make us do.
constexpr size_t kMaxListBytes = 64 * 1024;
constexpr size_t kMaxListEntries = 1024;
constexpr size_t kMaxCandidates = 1024;

std::vector<std::string> Split(std::string_view list, char separator) {
  std::vector<std::string> out;
  list = list.substr(0, kMaxListBytes);
  while (!list.empty() && out.size() < kMaxListEntries) {
    const size_t end = std::min(list.find(separator), list.size());
    if (end != 0) out.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() > end.size() &&
         text.substr(text.size() - end.size()) == end;
}

// Gathers candidates; one instance lives for one search.
class Collector {
 public:
  Collector(const SearchEnvironment& environment, LoadReport* report)
      : environment_(environment), report_(report) {}

  std::vector<Candidate> Run() {
    if (environment_.plugin_files) {
      AddFiles(*environment_.plugin_files, Rule::kPluginFiles);
      return std::move(candidates_);
    }
    AddFiles(environment_.add_plugin_files.value_or(""), Rule::kAddPluginFiles);
    for (const auto& directory :
         Split(environment_.plugin_path.value_or(""), ':')) {
      ScanDirectory(directory, Rule::kPluginPath, kManifestsAndLibraries);
    }
    ScanManifestDirectories();
    if (!environment_.library.empty()) {
      const std::string directory = DirName(environment_.library);
      ScanDirectory(StrCat(directory, "/../share/onnxifi/plugins.d"),
                    Rule::kInstallData, kManifests);
      ScanDirectory(StrCat(directory, "/onnxifi/plugins"), Rule::kBesideLoader,
                    kLibraries);
    }
    ScanDirectory(environment_.system_plugin_dir, Rule::kSystemDirectory,
                  kLibraries);
    ScanDirectory(environment_.legacy_plugin_dir, Rule::kLegacyDirectory,
                  kLibraries);
    return std::move(candidates_);
  }

 private:
  enum Wanted { kManifests = 1, kLibraries = 2, kManifestsAndLibraries = 3 };

  void ScanManifestDirectories() {
    const auto scan = [&](const std::string& base, Rule rule) {
      if (base.empty() || base.front() != '/') return;
      ScanDirectory(StrCat(base, "/onnxifi/plugins.d"), rule, kManifests);
    };
    scan(environment_.config_home, Rule::kXdgConfig);
    for (const auto& directory : Split(environment_.config_dirs, ':')) {
      scan(directory, Rule::kXdgConfig);
    }
    scan(environment_.sysconf_dir, Rule::kSysconf);
    scan(environment_.data_home, Rule::kXdgData);
    for (const auto& directory : Split(environment_.data_dirs, ':')) {
      scan(directory, Rule::kXdgData);
    }
  }

  void AddFiles(const std::string& list, Rule rule) {
    for (const auto& path : Split(list, ':')) {
      if (path.front() != '/') {
        Report(path, rule, {Reason::kNotAbsolute, "is not an absolute path"});
      } else if (EndsWith(path, kManifestSuffix)) {
        AddManifest(path, rule);
      } else {
        Add({path, rule, ""});
      }
    }
  }

  void AddManifest(const std::string& path, Rule rule) {
    Manifest manifest;
    if (Outcome outcome = ReadManifest(path, &manifest); !outcome.ok()) {
      Report(path, rule, std::move(outcome));
      return;
    }
    Add({manifest.library, rule, path});
  }

  void Add(Candidate candidate) {
    if (candidates_.size() < kMaxCandidates) {
      candidates_.push_back(std::move(candidate));
    } else if (!overflow_reported_) {
      overflow_reported_ = true;
      Report(candidate.path, candidate.rule,
             {Reason::kTooManyCandidates,
              StrCat("more than ", kMaxCandidates,
                     " candidates: this and later ones are not tried")});
    }
  }

  // Standard directories need not exist; one that a user named must.
  void ScanDirectory(const std::string& directory, Rule rule, Wanted wanted) {
    if (directory.empty()) return;
    if (directory.front() != '/') {
      Report(directory, rule,
             {Reason::kNotAbsolute, "is not an absolute path"});
      return;
    }
    UniqueFd fd(open(directory.c_str(),
                     O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
    DIR* stream = fd.get() < 0 ? nullptr : fdopendir(fd.get());
    if (stream == nullptr) {
      if (rule == Rule::kPluginPath || (errno != ENOENT && errno != ENOTDIR)) {
        Report(directory, rule,
               {Reason::kDirectoryUnreadable, "cannot read the directory"});
      }
      return;
    }
    (void)fd.release();
    std::vector<std::string> names;
    while (const dirent* entry = readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (((wanted & kManifests) && EndsWith(name, kManifestSuffix)) ||
          ((wanted & kLibraries) && IsPluginFileName(name))) {
        names.emplace_back(name);
      }
    }
    closedir(stream);
    std::sort(names.begin(), names.end());
    for (const auto& name : names) {
      if (candidates_.size() > kMaxCandidates) break;
      const std::string path = StrCat(directory, "/", name);
      if (EndsWith(name, kManifestSuffix)) {
        AddManifest(path, rule);
      } else {
        Add({path, rule, ""});
      }
    }
  }

  void Report(const std::string& path, Rule rule, Outcome outcome) {
    CandidateReport entry;
    entry.path = path;
    entry.rule = RuleName(rule);
    entry.outcome = std::move(outcome);
    report_->Add(std::move(entry));
  }

  const SearchEnvironment& environment_;
  LoadReport* report_;
  std::vector<Candidate> candidates_;
  bool overflow_reported_ = false;
};

bool AnyGlobMatches(const std::string& list, const std::string& path) {
  const std::string file = BaseName(path);
  std::string name = file;
  if (IsPluginFileName(file)) {
    name = file.substr(kPrefix.size(),
                       file.size() - kPrefix.size() - kSuffix.size());
  }
  for (const auto& glob : Split(list, ',')) {
    if (GlobMatches(glob, file) || GlobMatches(glob, name)) return true;
  }
  return false;
}

}  // namespace

const char* RuleName(Rule rule) {
  switch (rule) {
    case Rule::kPluginFiles:
      return "ONNXIFI_PLUGIN_FILES";
    case Rule::kAddPluginFiles:
      return "ONNXIFI_ADD_PLUGIN_FILES";
    case Rule::kPluginPath:
      return "ONNXIFI_PLUGIN_PATH";
    case Rule::kXdgConfig:
      return "configuration directory";
    case Rule::kSysconf:
      return "system configuration directory";
    case Rule::kXdgData:
      return "data directory";
    case Rule::kInstallData:
      return "data directory of the installation";
    case Rule::kBesideLoader:
      return "plugin directory beside the loader";
    case Rule::kSystemDirectory:
      return "system plugin directory";
    case Rule::kLegacyDirectory:
      return "library directory of ONNXIFI 1.0";
  }
  return "";
}

std::vector<Candidate> CollectCandidates(const SearchEnvironment& environment,
                                         LoadReport* report) {
  return Collector(environment, report).Run();
}

bool GlobMatches(std::string_view glob, std::string_view name) {
  // Remembers the last '*' only: linear in space, never exponential.
  size_t g = 0, n = 0;
  size_t star = std::string_view::npos, mark = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      mark = n;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
      ++g;
      ++n;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

Outcome CheckFilters(const SearchEnvironment& environment,
                     const std::string& path) {
  if (environment.select && !environment.select->empty()) {
    if (AnyGlobMatches(*environment.select, path)) return {};
    return {Reason::kNotSelected,
            StrCat("does not match ONNXIFI_PLUGINS_SELECT=",
                   environment.select->substr(0, 200))};
  }
  if (environment.disable && AnyGlobMatches(*environment.disable, path)) {
    return {Reason::kDisabled, StrCat("matches ONNXIFI_PLUGINS_DISABLE=",
                                      environment.disable->substr(0, 200))};
  }
  return {};
}

bool IsPluginFileName(std::string_view name) {
  return name.size() > kPrefix.size() + kSuffix.size() &&
         name.substr(0, kPrefix.size()) == kPrefix && EndsWith(name, kSuffix);
}

}  // namespace onnxifi::loader
