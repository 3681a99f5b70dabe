#include "loader/file.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::loader {

namespace {

std::string ErrnoText(int error) {
  char buffer[128];
  return strerror_r(error, buffer, sizeof(buffer));
}

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr unsigned kMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr unsigned kMachine = EM_PPC64;
#else
#error "add the ELF machine number of this processor"
#endif

const char* MachineName(unsigned machine) {
  switch (machine) {
    case EM_386:
      return "i386";
    case EM_X86_64:
      return "x86-64";
    case EM_ARM:
      return "arm";
    case EM_AARCH64:
      return "aarch64";
    case EM_RISCV:
      return "risc-v";
    case EM_PPC64:
      return "ppc64";
    default:
      return "another machine";
  }
}

// pread that survives signals; `at` fits off_t because files are no larger.
ssize_t ReadAt(int fd, void* buffer, size_t size, uint64_t at) {
  ssize_t got;
  do {
    got = pread(fd, buffer, size, static_cast<off_t>(at));
  } while (got < 0 && errno == EINTR);
  return got;
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) reset(other.release());
  return *this;
}

int UniqueFd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

Outcome OpenRegularFile(const std::string& path, UniqueFd* fd,
                        FileIdentity* identity) {
  fd->reset(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (fd->get() < 0) {
    return {Reason::kNotFound, StrCat("cannot open: ", ErrnoText(errno))};
  }
  struct stat info;
  if (fstat(fd->get(), &info) != 0) {
    return {Reason::kNotFound, StrCat("cannot stat: ", ErrnoText(errno))};
  }
  if (!S_ISREG(info.st_mode)) {
    const char* what = S_ISDIR(info.st_mode)    ? "a directory"
                       : S_ISFIFO(info.st_mode) ? "a FIFO"
                                                : "a device or socket";
    return {Reason::kNotRegular, StrCat("is ", what)};
  }
  identity->device = info.st_dev;
  identity->inode = info.st_ino;
  identity->size = static_cast<uint64_t>(info.st_size);
  identity->mtime_ns =
      int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  identity->owner = info.st_uid;
  identity->mode = info.st_mode;
  return {};
}

Outcome ReadSmallFile(const std::string& path, size_t limit,
                      std::string* text) {
  UniqueFd fd;
  FileIdentity identity;
  if (Outcome outcome = OpenRegularFile(path, &fd, &identity); !outcome.ok()) {
    return {Reason::kManifestUnreadable, outcome.text};
  }
  // One byte more than allowed tells a growing file from one that fits.
  text->resize(limit + 1);
  size_t used = 0;
  while (used < text->size()) {
    const ssize_t got =
        read(fd.get(), text->data() + used, text->size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return {Reason::kManifestUnreadable,
              StrCat("cannot read: ", ErrnoText(errno))};
    }
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  if (used > limit) {
    return {Reason::kManifestTooLarge,
            StrCat("has more than ", limit, " bytes")};
  }
  text->resize(used);
  return {};
}

Outcome CheckElfHeader(const unsigned char* header, size_t size) {
  if (size == 0) return {Reason::kTooShort, "is empty"};
  if (size >= 2 && header[0] == 'M' && header[1] == 'Z') {
    return {Reason::kNotElf, "is a Windows library"};
  }
  if (size < SELFMAG || std::memcmp(header, ELFMAG, SELFMAG) != 0) {
    return {Reason::kNotElf, "is not a shared library (no ELF header)"};
  }
  if (size < sizeof(Elf64_Ehdr)) {
    return {Reason::kTooShort,
            StrCat("ELF header cut off after ", size, " bytes")};
  }
  if (header[EI_CLASS] != ELFCLASS64) {
    return {Reason::kWrongMachine,
            "is a 32-bit library, this is a 64-bit "
            "process"};
  }
  const unsigned char data = header[EI_DATA];
  if (data !=
      (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)) {
    return {Reason::kWrongMachine, "has the other byte order"};
  }
  Elf64_Ehdr elf;
  std::memcpy(&elf, header, sizeof(elf));
  if (elf.e_machine != kMachine) {
    return {Reason::kWrongMachine,
            StrCat("is built for ", MachineName(elf.e_machine), " (",
                   static_cast<unsigned>(elf.e_machine), "), this is ",
                   MachineName(kMachine))};
  }
  if (elf.e_type != ET_DYN) {
    return {Reason::kNotElf, "is not a shared library (ELF type is not DYN)"};
  }
  return {};
}

Outcome CheckElfFile(int fd, uint64_t file_size) {
  unsigned char header[sizeof(Elf64_Ehdr)];
  const ssize_t got = ReadAt(fd, header, sizeof(header), 0);
  if (got < 0) return {Reason::kNotFound, "cannot be read"};
  if (Outcome outcome = CheckElfHeader(header, static_cast<size_t>(got));
      !outcome.ok()) {
    return outcome;
  }
  Elf64_Ehdr elf;
  std::memcpy(&elf, header, sizeof(elf));
  if (elf.e_phentsize != sizeof(Elf64_Phdr)) {
    return {Reason::kNotElf, "has a damaged program header"};
  }
  for (uint64_t i = 0; i < elf.e_phnum; ++i) {
    Elf64_Phdr segment;
    uint64_t at = 0;
    uint64_t end = 0;
    if (!CheckedAdd<uint64_t>(elf.e_phoff, i * sizeof(segment), &at) ||
        at > file_size ||
        ReadAt(fd, &segment, sizeof(segment), at) != sizeof(segment)) {
      return {Reason::kTooShort, "is cut off in its program header"};
    }
    if (segment.p_type == PT_LOAD &&
        (!CheckedAdd<uint64_t>(segment.p_offset, segment.p_filesz, &end) ||
         end > file_size)) {
      return {Reason::kTooShort, StrCat("is cut off: it needs ", end,
                                        " bytes and has ", file_size)};
    }
  }
  return {};
}

Outcome CanonicalPath(const std::string& path, std::string* canonical) {
  char* resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr) {
    return {Reason::kNotFound, StrCat("cannot resolve: ", ErrnoText(errno))};
  }
  *canonical = resolved;
  std::free(resolved);
  return {};
}

std::string BaseName(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string DirName(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace onnxifi::loader
