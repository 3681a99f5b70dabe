#include "loader/loader.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "loader/json_value.h"
#include "loader/temp_dir.h"

namespace onnxifi::loader {
namespace {

namespace fs = std::filesystem;

std::string Fixture(const std::string& name) {
  return std::string(ONNXIFI_FIXTURE_DIR) + "/libonnxifi-fake_" + name + ".so";
}

class LoaderTest : public testing::Test {
 protected:
  LoaderTest() {
    environment_.library = ONNXIFI_LIBRARY;
    environment_.cache_home = dir_ / "cache";
    environment_.probe_timeout_ms = 60'000;
  }

  // A loader that considers these files, in this order.
  Loader& Load(const std::vector<std::string>& files) {
    std::string list;
    for (const auto& file : files) list += ":" + file;
    environment_.plugin_files = list;
    return Load();
  }
  Loader& Load() {
    // Never destroyed, as in a process: its plugins stay loaded as well.
    static auto& all = *new std::vector<std::unique_ptr<Loader>>();
    all.push_back(std::make_unique<Loader>(environment_));
    loader_ = all.back().get();
    return *loader_;
  }

  std::vector<Device*> Devices() {
    std::vector<Device*> devices;
    EXPECT_EQ(loader_->ListDevices("test", &devices), ONNXIFI_STATUS_SUCCESS);
    return devices;
  }

  const CandidateReport& Entry(size_t i) {
    return loader_->report().entries().at(i);
  }

  TempDir dir_;
  SearchEnvironment environment_;
  Loader* loader_ = nullptr;
};

struct BadFile {
  const char* name;
  Reason reason;
};

// Names starting with '@' are made by the test; the others are fixtures.
class IsolationTest : public LoaderTest,
                      public testing::WithParamInterface<BadFile> {
 protected:
  std::string Make(const std::string& name) {
    const std::string path = dir_ / "libonnxifi-bad.so";
    if (name == "@missing") return path;
    if (name == "@empty") return dir_.Write("libonnxifi-bad.so", "");
    if (name == "@text") return dir_.Write("libonnxifi-bad.so", "#!/bin/sh\n");
    if (name == "@short") return dir_.Write("libonnxifi-bad.so", "\177ELF");
    if (name == "@windows") return dir_.Write("libonnxifi-bad.so", "MZ\x90");
    if (name == "@directory") fs::create_directory(path);
    if (name == "@fifo") mkfifo(path.c_str(), 0600);
    if (name == "@device") fs::create_symlink("/dev/zero", path);
    if (name == "@loop") fs::create_symlink(path, path);
    if (name == "@dangling") fs::create_symlink("/no/such/file", path);
    if (name == "@wrong_class") Patch(path, EI_CLASS, ELFCLASS32);
    if (name == "@wrong_machine") Patch(path, 18, EM_SPARC);
    if (name == "@cut") Cut(path);
    if (name == "@loader") return ONNXIFI_LIBRARY;
    return name[0] == '@' ? path : Fixture(name);
  }

 private:
  static void Patch(const std::string& path, long at, char byte) {
    fs::copy_file(Fixture("good"), path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put(byte);
  }
  // The first page of a library: the headers are fine, the code is missing.
  static void Cut(const std::string& path) {
    fs::copy_file(Fixture("good"), path);
    fs::resize_file(path, 4096);
  }
};

TEST_P(IsolationTest, ABadFileLeavesTheOthersWorking) {
  const std::string bad = Make(GetParam().name);
  if (GetParam().reason == Reason::kProbeTimeout) {
    environment_.probe_timeout_ms = 300;
    environment_.plugin_files = bad;
    Load();
    environment_.probe_timeout_ms = 60'000;  // the verdict is remembered
  }
  Load({Fixture("good"), bad, Fixture("other")});
  ASSERT_EQ(loader_->report().entries().size(), 3u);
  EXPECT_EQ(Entry(0).verdict, Verdict::kLoaded) << Entry(0).outcome.text;
  EXPECT_EQ(Entry(1).verdict, Verdict::kRejected);
  EXPECT_EQ(Entry(1).outcome.reason, GetParam().reason)
      << ReasonCode(Entry(1).outcome.reason) << " " << Entry(1).outcome.text;
  EXPECT_FALSE(Entry(1).outcome.text.empty());
  EXPECT_EQ(Entry(2).verdict, Verdict::kLoaded) << Entry(2).outcome.text;
  EXPECT_EQ(Devices().size(), 3u);
}

constexpr BadFile kBadFiles[] = {
    BadFile{"@missing", Reason::kNotFound},
    BadFile{"@empty", Reason::kTooShort},
    BadFile{"@text", Reason::kNotElf},
    BadFile{"@short", Reason::kTooShort},
    BadFile{"@windows", Reason::kNotElf},
    BadFile{"@directory", Reason::kNotRegular},
    BadFile{"@fifo", Reason::kNotRegular},
    BadFile{"@device", Reason::kNotRegular},
    BadFile{"@loop", Reason::kNotFound},
    BadFile{"@dangling", Reason::kNotFound},
    BadFile{"@wrong_class", Reason::kWrongMachine},
    BadFile{"@wrong_machine", Reason::kWrongMachine},
    BadFile{"@cut", Reason::kTooShort},
    BadFile{"@loader", Reason::kIsLoader},
    BadFile{"missing_symbol", Reason::kSymbolMissing},
    BadFile{"data_symbol", Reason::kSymbolMissing},
    BadFile{"crash", Reason::kProbeCrashed},
    BadFile{"abort", Reason::kProbeCrashed},
    BadFile{"hang", Reason::kProbeTimeout},
    BadFile{"exit", Reason::kProbeExited},
    BadFile{"undefined_symbol", Reason::kOpenFailed},
    BadFile{"enumeration_fails", Reason::kEnumerationFailed},
    BadFile{"enumeration_throws", Reason::kContract},
    BadFile{"huge_count", Reason::kTooManyBackends},
    BadFile{"count_changes", Reason::kUnstableCount},
    BadFile{"null_ids", Reason::kContract},
    BadFile{"foxi", Reason::kFoxi},
    BadFile{"foxi_extensions", Reason::kFoxi}};

INSTANTIATE_TEST_SUITE_P(All, IsolationTest, testing::ValuesIn(kBadFiles),
                         [](const auto& info) {
                           const std::string name = info.param.name;
                           return name[0] == '@' ? "file_" + name.substr(1)
                                                 : name;
                         });

TEST_F(LoaderTest, TheSameFileIsLoadedOnce) {
  fs::create_symlink(Fixture("good"), dir_ / "libonnxifi-link.so");
  fs::copy_file(Fixture("other"), dir_ / "libonnxifi-a.so");
  fs::create_hard_link(dir_ / "libonnxifi-a.so", dir_ / "libonnxifi-b.so");
  Load({Fixture("good"), dir_ / "libonnxifi-link.so", Fixture("good"),
        dir_ / "libonnxifi-a.so", dir_ / "libonnxifi-b.so"});
  EXPECT_EQ(Devices().size(), 3u);
  EXPECT_EQ(Entry(1).outcome.reason, Reason::kDuplicate);
  EXPECT_EQ(Entry(1).verdict, Verdict::kSkipped);
  EXPECT_EQ(Entry(2).outcome.reason, Reason::kDuplicate);
  EXPECT_EQ(Entry(4).outcome.reason, Reason::kDuplicate);
}

TEST_F(LoaderTest, ABackendKeepsItsHandle) {
  Load({Fixture("good"), Fixture("new_ids")});
  const auto first = Devices();
  const auto second = Devices();
  ASSERT_EQ(first.size(), 4u);
  EXPECT_EQ(first, second);
  EXPECT_EQ(std::set<Device*>(first.begin(), first.end()).size(), 4u);
}

TEST_F(LoaderTest, ADeviceThatAppearsIsFound) {
  Load({Fixture("hotplug")});
  const auto first = Devices();
  const auto second = Devices();
  ASSERT_EQ(second.size(), 3u);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), second.begin()));
}

TEST_F(LoaderTest, IdsAreCounted) {
  Loader& loader = Load({Fixture("good")});
  const auto devices = Devices();
  std::vector<onnxBackendID> ids(2);
  HandleEntry entry;
  EXPECT_FALSE(
      loader.handles().Find(devices[0]->handle, HandleKind::kId, &entry));
  loader.HandOut(devices, ids.data());
  loader.HandOut(devices, ids.data());
  EXPECT_TRUE(loader.ReleaseId(ids[0]));
  EXPECT_TRUE(loader.handles().Find(ids[0], HandleKind::kId, &entry));
  EXPECT_TRUE(loader.ReleaseId(ids[0]));
  EXPECT_FALSE(loader.handles().Find(ids[0], HandleKind::kId, &entry));
  EXPECT_FALSE(loader.ReleaseId(ids[0]));
  loader.HandOut(devices, ids.data());
  EXPECT_EQ(ids[0], devices[0]->handle);
  EXPECT_TRUE(loader.handles().Find(ids[0], HandleKind::kId, &entry));
}

TEST_F(LoaderTest, AVerdictIsRememberedUntilTheFileChanges) {
  const std::string plugin = dir_ / "libonnxifi-x.so";
  fs::copy_file(Fixture("abort"), plugin);
  Load({plugin});
  EXPECT_EQ(Entry(0).outcome.text.find("remembered"), std::string::npos);
  Load({plugin});
  EXPECT_EQ(Entry(0).outcome.reason, Reason::kProbeCrashed);
  EXPECT_NE(Entry(0).outcome.text.find("remembered"), std::string::npos);
  fs::remove(plugin);
  fs::copy_file(Fixture("good"), plugin);
  Load({plugin});
  EXPECT_EQ(Entry(0).verdict, Verdict::kLoaded) << Entry(0).outcome.text;
}

TEST_F(LoaderTest, WithoutTheHelperThePluginIsLoadedAndTheReportSaysSo) {
  environment_.library = dir_ / "lib/libonnxifi.so.1";
  Load({Fixture("good")});
  EXPECT_EQ(Entry(0).verdict, Verdict::kLoaded);
  EXPECT_NE(Entry(0).outcome.text.find("not probed"), std::string::npos);
}

TEST_F(LoaderTest, PluginsBesideTheLoaderAreNotProbed) {
  const std::string library = dir_ / "lib/libonnxifi.so.1";
  fs::create_directories(dir_ / "lib/onnxifi/plugins");
  fs::copy_file(ONNXIFI_LIBRARY, library);
  const std::string plugin = dir_ / "lib/onnxifi/plugins/libonnxifi-g.so";
  fs::copy_file(Fixture("good"), plugin);
  environment_.library = library;
  Load();
  EXPECT_EQ(Entry(0).verdict, Verdict::kLoaded) << Entry(0).outcome.text;
  EXPECT_EQ(Entry(0).outcome.text.find("not probed"), std::string::npos);
  EXPECT_FALSE(fs::exists(dir_ / "cache"));
  // One that everybody may write to is not trusted.
  fs::permissions(plugin, fs::perms::others_write, fs::perm_options::add);
  Load();
  EXPECT_NE(Entry(0).outcome.text.find("not probed"), std::string::npos);
}

TEST_F(LoaderTest, APrivilegedProcessTrustsOnlyRoot) {
  environment_.privileged = true;
  environment_.probe = false;
  const std::string plugin = dir_ / "libonnxifi-x.so";
  fs::copy_file(Fixture("good"), plugin);
  fs::permissions(plugin, fs::perms::others_write, fs::perm_options::add);
  Load({plugin});
  EXPECT_EQ(Entry(0).outcome.reason, Reason::kUntrusted);
}

TEST_F(LoaderTest, DisabledPluginsAreSkippedWithoutBeingOpened) {
  environment_.disable = "fake_g*";
  Load({Fixture("good"), Fixture("other")});
  EXPECT_EQ(Entry(0).verdict, Verdict::kSkipped);
  EXPECT_EQ(Entry(0).outcome.reason, Reason::kDisabled);
  EXPECT_EQ(Devices().size(), 1u);
}

TEST_F(LoaderTest, ManifestsLeadToPlugins) {
  environment_.config_home = dir_ / "config";
  // Not the build tree, where our own plugins lie beside the loader.
  environment_.library = dir_ / "lib/libonnxifi.so.1";
  dir_.Write(
      "config/onnxifi/plugins.d/a.json",
      R"({"onnxifi_manifest": 1, "library": ")" + Fixture("good") + "\"}");
  dir_.Write("config/onnxifi/plugins.d/b.json", "{");
  Load();
  ASSERT_EQ(loader_->report().entries().size(), 2u);
  EXPECT_EQ(Entry(0).outcome.reason, Reason::kManifestSyntax);
  EXPECT_EQ(Entry(1).manifest, dir_ / "config/onnxifi/plugins.d/a.json");
  EXPECT_EQ(Devices().size(), 2u);
}

TEST_F(LoaderTest, TheReportIsJsonWithEverySlot) {
  Load({Fixture("good"), dir_ / "libonnxifi-\"\xFF.so"});
  const std::string text = loader_->report().ToJson(loader_->environment());
  std::string error;
  const auto root = ParseJson(text, &error);
  ASSERT_TRUE(root) << error << "\n" << text;
  EXPECT_EQ(root->Find("library")->string, ONNXIFI_LIBRARY);
  EXPECT_NE(root->Find("environment")->Find("ONNXIFI_PLUGIN_FILES"), nullptr);
  const auto& candidates = root->Find("candidates")->items;
  ASSERT_EQ(candidates.size(), 2u);
  EXPECT_EQ(candidates[0].Find("verdict")->string, "loaded");
  EXPECT_EQ(candidates[0].Find("code")->string, "");
  EXPECT_EQ(candidates[0].Find("backends")->number, 2);
  EXPECT_EQ(candidates[1].Find("verdict")->string, "rejected");
  EXPECT_EQ(candidates[1].Find("code")->string, "ONNXIFI-E1101");
  EXPECT_FALSE(candidates[1].Find("fix")->string.empty());
  EXPECT_EQ(candidates[1].Find("rule")->string, "ONNXIFI_PLUGIN_FILES");
}

}  // namespace
}  // namespace onnxifi::loader
