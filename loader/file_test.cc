#include "loader/file.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>

#include "loader/temp_dir.h"

namespace onnxifi::loader {
namespace {

Elf64_Ehdr GoodHeader() {
  Elf64_Ehdr elf = {};
  std::memcpy(elf.e_ident, ELFMAG, SELFMAG);
  elf.e_ident[EI_CLASS] = ELFCLASS64;
  elf.e_ident[EI_DATA] = ELFDATA2LSB;
  elf.e_type = ET_DYN;
#if defined(__x86_64__)
  elf.e_machine = EM_X86_64;
#elif defined(__aarch64__)
  elf.e_machine = EM_AARCH64;
#endif
  return elf;
}

Reason Check(const Elf64_Ehdr& elf, size_t size = sizeof(Elf64_Ehdr)) {
  return CheckElfHeader(reinterpret_cast<const unsigned char*>(&elf), size)
      .reason;
}

TEST(FileTest, ChecksTheElfHeader) {
  Elf64_Ehdr elf = GoodHeader();
  EXPECT_EQ(Check(elf), Reason::kNone);
  EXPECT_EQ(Check(elf, 0), Reason::kTooShort);
  EXPECT_EQ(Check(elf, 3), Reason::kNotElf);
  EXPECT_EQ(Check(elf, 16), Reason::kTooShort);
  elf.e_type = ET_EXEC;
  EXPECT_EQ(Check(elf), Reason::kNotElf);
  elf = GoodHeader();
  elf.e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(Check(elf), Reason::kWrongMachine);
  elf = GoodHeader();
  elf.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_EQ(Check(elf), Reason::kWrongMachine);
  elf = GoodHeader();
  elf.e_machine = EM_SPARC;
  EXPECT_EQ(Check(elf), Reason::kWrongMachine);
  std::memcpy(elf.e_ident, "MZ\0\0", 4);
  EXPECT_EQ(Check(elf), Reason::kNotElf);
}

TEST(FileTest, OpensOnlyRegularFilesAndNeverBlocks) {
  const TempDir dir;
  UniqueFd fd;
  FileIdentity identity;
  EXPECT_EQ(OpenRegularFile(dir.path(), &fd, &identity).reason,
            Reason::kNotRegular);
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(OpenRegularFile(dir / "fifo", &fd, &identity).reason,
            Reason::kNotRegular);
  EXPECT_EQ(OpenRegularFile("/dev/null", &fd, &identity).reason,
            Reason::kNotRegular);
  EXPECT_EQ(OpenRegularFile(dir / "none", &fd, &identity).reason,
            Reason::kNotFound);
  EXPECT_TRUE(OpenRegularFile(dir.Write("f", "abc"), &fd, &identity).ok());
  EXPECT_EQ(identity.size, 3u);
}

TEST(FileTest, CanonicalPathEndsInLoops) {
  const TempDir dir;
  std::string path;
  std::filesystem::create_symlink(dir / "b", dir / "a");
  std::filesystem::create_symlink(dir / "a", dir / "b");
  EXPECT_EQ(CanonicalPath(dir / "a", &path).reason, Reason::kNotFound);
  dir.Write("real", "");
  std::filesystem::create_symlink("real", dir / "link");
  ASSERT_TRUE(CanonicalPath(dir / "link", &path).ok());
  EXPECT_EQ(path, dir / "real");
}

TEST(FileTest, PathParts) {
  EXPECT_EQ(BaseName("/a/b"), "b");
  EXPECT_EQ(BaseName("b"), "b");
  EXPECT_EQ(DirName("/a/b"), "/a");
  EXPECT_EQ(DirName("/a"), "/");
  EXPECT_EQ(DirName("a"), ".");
}

}  // namespace
}  // namespace onnxifi::loader
