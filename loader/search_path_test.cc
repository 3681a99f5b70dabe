#include "loader/search_path.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/str_cat.h"
#include "loader/temp_dir.h"

namespace onnxifi::loader {
namespace {

namespace fs = std::filesystem;

constexpr char kManifest[] =
    R"({"onnxifi_manifest": 1, "library": "../libonnxifi-m.so"})";

std::vector<std::string> Names(const SearchEnvironment& environment,
                               LoadReport* report) {
  std::vector<std::string> out;
  for (const auto& candidate : CollectCandidates(environment, report)) {
    out.push_back(fs::path(candidate.path).filename().string());
  }
  return out;
}

TEST(SearchPathTest, FollowsTheOrderOfTheRules) {
  const TempDir dir;
  SearchEnvironment environment;
  environment.add_plugin_files = dir / "libonnxifi-added.so";
  environment.plugin_path = dir / "path";
  environment.config_home = dir / "config";
  environment.data_home = dir / "data";
  environment.data_dirs = dir / "share1" + std::string(":") + (dir / "share2");
  environment.sysconf_dir = dir / "etc";
  environment.library = dir / "lib/libonnxifi.so.1";
  environment.system_plugin_dir = dir / "system";
  environment.legacy_plugin_dir = dir / "legacy";
  const auto manifest = [&](const char* file, const char* library) {
    dir.Write(file, std::string(R"({"onnxifi_manifest":1,"library":")") +
                        library + "\"}");
  };
  dir.Write("path/libonnxifi-b.so", "");
  dir.Write("path/libonnxifi-a.so", "");
  dir.Write("path/not-a-plugin.so", "");
  manifest("path/0.json", "libonnxifi-path.so");
  manifest("config/onnxifi/plugins.d/x.json", "libonnxifi-config.so");
  manifest("etc/onnxifi/plugins.d/x.json", "libonnxifi-etc.so");
  manifest("data/onnxifi/plugins.d/x.json", "libonnxifi-data.so");
  manifest("share1/onnxifi/plugins.d/x.json", "libonnxifi-share1.so");
  manifest("share2/onnxifi/plugins.d/x.json", "libonnxifi-share2.so");
  manifest("share/onnxifi/plugins.d/x.json", "libonnxifi-installed.so");
  dir.Write("lib/onnxifi/plugins/libonnxifi-beside.so", "");
  dir.Write("system/libonnxifi-system.so", "");
  dir.Write("legacy/libonnxifi-legacy.so", "");
  LoadReport report;
  EXPECT_EQ(
      Names(environment, &report),
      (std::vector<std::string>{
          "libonnxifi-added.so", "libonnxifi-path.so", "libonnxifi-a.so",
          "libonnxifi-b.so", "libonnxifi-config.so", "libonnxifi-etc.so",
          "libonnxifi-data.so", "libonnxifi-share1.so", "libonnxifi-share2.so",
          "libonnxifi-installed.so", "libonnxifi-beside.so",
          "libonnxifi-system.so", "libonnxifi-legacy.so"}));
  EXPECT_TRUE(report.entries().empty());
}

TEST(SearchPathTest, PluginFilesReplaceEverything) {
  const TempDir dir;
  SearchEnvironment environment;
  environment.plugin_files = "/x/libonnxifi-only.so";
  environment.add_plugin_files = "/x/libonnxifi-added.so";
  environment.system_plugin_dir = dir.path();
  dir.Write("libonnxifi-system.so", "");
  LoadReport report;
  EXPECT_EQ(Names(environment, &report),
            std::vector<std::string>{"libonnxifi-only.so"});
}

TEST(SearchPathTest, AManifestMayBeNamedDirectly) {
  const TempDir dir;
  SearchEnvironment environment;
  environment.plugin_files = dir.Write("d/m.json", kManifest);
  LoadReport report;
  const auto candidates = CollectCandidates(environment, &report);
  ASSERT_EQ(candidates.size(), 1u);
  EXPECT_EQ(candidates[0].path, dir / "d/../libonnxifi-m.so");
  EXPECT_EQ(candidates[0].manifest, dir / "d/m.json");
}

TEST(SearchPathTest, RelativePathsAndBadDirectoriesAreReported) {
  SearchEnvironment environment;
  environment.add_plugin_files = "libonnxifi-x.so:./y.json";
  environment.plugin_path = "relative:/no/such/directory";
  LoadReport report;
  EXPECT_TRUE(Names(environment, &report).empty());
  ASSERT_EQ(report.entries().size(), 4u);
  EXPECT_EQ(report.entries()[0].outcome.reason, Reason::kNotAbsolute);
  EXPECT_EQ(report.entries()[1].outcome.reason, Reason::kNotAbsolute);
  EXPECT_EQ(report.entries()[2].outcome.reason, Reason::kNotAbsolute);
  EXPECT_EQ(report.entries()[3].outcome.reason, Reason::kDirectoryUnreadable);
}

TEST(SearchPathTest, HostileDirectoriesAreBounded) {
  const TempDir dir;
  SearchEnvironment environment;
  environment.plugin_path = dir.path();
  for (int i = 0; i < 1200; ++i) {
    dir.Write(StrCat("m", i, ".json"), kManifest);
  }
  ASSERT_EQ(mkfifo((dir / "a.json").c_str(), 0600), 0);
  fs::create_directory(dir / "b.json");
  LoadReport report;
  EXPECT_EQ(Names(environment, &report).size(), 1024u);
  ASSERT_EQ(report.entries().size(), 3u);
  EXPECT_EQ(report.entries()[0].outcome.reason, Reason::kManifestUnreadable);
  EXPECT_EQ(report.entries()[1].outcome.reason, Reason::kManifestUnreadable);
  EXPECT_EQ(report.entries()[2].outcome.reason, Reason::kTooManyCandidates);
}

TEST(SearchPathTest, HugeListsAreCutOff) {
  SearchEnvironment environment;
  environment.plugin_files = std::string(1 << 20, ':') + "/x.so";
  LoadReport report;
  EXPECT_TRUE(Names(environment, &report).empty());
  environment.plugin_files = "/" + std::string(1 << 20, 'x');
  EXPECT_LE(Names(environment, &report).size(), 1u);
}

TEST(SearchPathTest, PluginFileNames) {
  EXPECT_TRUE(IsPluginFileName("libonnxifi-x.so"));
  for (const char* name :
       {"libonnxifi-.so", "libonnxifi-x.so.1", "onnxifi-x.so",
        "libonnxifi-x.SO", "libonnxifi.so", ".so", "", "libonnxifi-x"}) {
    EXPECT_FALSE(IsPluginFileName(name)) << name;
  }
}

TEST(SearchPathTest, Globs) {
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("**", "abc"));
  EXPECT_TRUE(GlobMatches("a*c", "abbc"));
  EXPECT_TRUE(GlobMatches("*cpu*", "libonnxifi-cpu.so"));
  EXPECT_TRUE(GlobMatches("a?c", "abc"));
  EXPECT_FALSE(GlobMatches("a?c", "ac"));
  EXPECT_FALSE(GlobMatches("", "a"));
  EXPECT_FALSE(GlobMatches("[", "a"));
  EXPECT_TRUE(GlobMatches("[", "["));
  // A backtracking matcher would take for ever.
  const std::string glob = "a*a*a*a*a*a*a*a*a*a*a*a*b";
  EXPECT_FALSE(GlobMatches(glob, std::string(2000, 'a')));
}

TEST(SearchPathTest, SelectionBeatsDisabling) {
  SearchEnvironment environment;
  const std::string cpu = "/p/libonnxifi-cpu.so";
  const std::string gpu = "/p/libonnxifi-gpu.so";
  EXPECT_TRUE(CheckFilters(environment, cpu).ok());
  environment.disable = ",,*";
  EXPECT_EQ(CheckFilters(environment, cpu).reason, Reason::kDisabled);
  environment.select = "cpu";
  EXPECT_TRUE(CheckFilters(environment, cpu).ok());
  EXPECT_EQ(CheckFilters(environment, gpu).reason, Reason::kNotSelected);
  environment.select = "";
  environment.disable = "";
  EXPECT_TRUE(CheckFilters(environment, gpu).ok());
}

}  // namespace
}  // namespace onnxifi::loader
