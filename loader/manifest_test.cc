#include "loader/manifest.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "loader/temp_dir.h"

namespace onnxifi::loader {
namespace {

Outcome Parse(std::string_view text, Manifest* manifest) {
  return ParseManifest(text, "/etc/onnxifi/plugins.d", manifest);
}

TEST(ManifestTest, ResolvesTheLibraryAgainstItsDirectory) {
  Manifest manifest;
  ASSERT_TRUE(Parse(R"({"onnxifi_manifest": 1, "name": "cpu",
                        "library": "libonnxifi-cpu.so", "more": []})",
                    &manifest)
                  .ok());
  EXPECT_EQ(manifest.name, "cpu");
  EXPECT_EQ(manifest.library, "/etc/onnxifi/plugins.d/libonnxifi-cpu.so");
  ASSERT_TRUE(
      Parse(R"({"onnxifi_manifest": 1, "library": "/opt/x.so"})", &manifest)
          .ok());
  EXPECT_EQ(manifest.library, "/opt/x.so");
}

TEST(ManifestTest, ExpandsNothing) {
  Manifest manifest;
  for (const char* text : {"~/x.so", "$HOME/x.so", "%s%n", "../../x.so"}) {
    ASSERT_TRUE(Parse(std::string(R"({"onnxifi_manifest": 1, "library": ")") +
                          text + "\"}",
                      &manifest)
                    .ok());
    EXPECT_EQ(manifest.library, std::string("/etc/onnxifi/plugins.d/") + text);
  }
}

TEST(ManifestTest, RefusesWhatIsNoManifest) {
  Manifest manifest;
  EXPECT_EQ(Parse("", &manifest).reason, Reason::kManifestSyntax);
  EXPECT_EQ(Parse("[]", &manifest).reason, Reason::kManifestSyntax);
  for (const char* text :
       {"{}", R"({"library": "x"})", R"({"onnxifi_manifest": 1})",
        R"({"onnxifi_manifest": 2, "library": "x"})",
        R"({"onnxifi_manifest": "1", "library": "x"})",
        R"({"onnxifi_manifest": 1, "library": ""})",
        R"({"onnxifi_manifest": 1, "library": 7})",
        R"({"onnxifi_manifest": 1, "library": "x", "name": 7})"}) {
    EXPECT_EQ(Parse(text, &manifest).reason, Reason::kManifestMember) << text;
  }
}

TEST(ManifestTest, HostileFilesAreRefusedWithoutBlocking) {
  const TempDir dir;
  Manifest manifest;
  EXPECT_EQ(ReadManifest(dir / "none.json", &manifest).reason,
            Reason::kManifestUnreadable);
  EXPECT_EQ(ReadManifest(dir.path(), &manifest).reason,
            Reason::kManifestUnreadable);
  ASSERT_EQ(mkfifo((dir / "fifo.json").c_str(), 0600), 0);
  EXPECT_EQ(ReadManifest(dir / "fifo.json", &manifest).reason,
            Reason::kManifestUnreadable);
  EXPECT_EQ(ReadManifest(dir.Write("empty.json", ""), &manifest).reason,
            Reason::kManifestSyntax);
  EXPECT_EQ(ReadManifest("/dev/zero", &manifest).reason,
            Reason::kManifestUnreadable);
  const std::string sparse = dir.Write("sparse.json", "");
  std::filesystem::resize_file(sparse, uint64_t{1} << 40);
  EXPECT_EQ(ReadManifest(sparse, &manifest).reason, Reason::kManifestTooLarge);
  std::filesystem::create_symlink(dir / "loop.json", dir / "loop.json");
  EXPECT_EQ(ReadManifest(dir / "loop.json", &manifest).reason,
            Reason::kManifestUnreadable);
}

}  // namespace
}  // namespace onnxifi::loader
