#include "backends/opencl/kernels/fourier.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

const char* PartType(const DeviceFacts& facts) {
  return facts.has_double ? "double" : "float";
}

void DefineTypes(const DeviceFacts& facts, KernelText* kernel) {
  kernel->Define("S", PartType(facts));
  kernel->Define("C", StrCat(PartType(facts), 2));
}

// The roots of one: number i is exp(-2 pi i / n), or its conjugate.
Result<std::shared_ptr<const PackedBytes>> MakeRoots(const DeviceFacts& facts,
                                                     const Fourier& f) {
  const size_t each = facts.has_double ? sizeof(double) : sizeof(float);
  ONNXIFI_ASSIGN_OR_RETURN(
      std::shared_ptr<PackedBytes> roots,
      MakePacked(static_cast<size_t>(f.length) * 2 * each));
  for (int64_t i = 0; i < f.length; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) /
                         static_cast<double>(f.length);
    const double parts[] = {std::cos(angle),
                            f.inverse ? std::sin(angle) : -std::sin(angle)};
    for (int64_t p = 0; p < 2; ++p) {
      if (facts.has_double) {
        static_cast<double*>(roots->memory.data())[2 * i + p] = parts[p];
      } else {
        roots->floats()[2 * i + p] = static_cast<float>(parts[p]);
      }
    }
  }
  return std::shared_ptr<const PackedBytes>(std::move(roots));
}

// What the launches have in common.
struct Places {
  std::shared_ptr<const PackedBytes> roots;
  const char* type;
  size_t buffer;  // bytes of each of two
  size_t from = 0;

  void Swap() { from = buffer - from; }
};

// The numbers as they come, in the first buffer.
Launch LoadLaunch(const DeviceFacts& facts, const Fourier& f,
                  const Places& places) {
  KernelText kernel;
  DefineTypes(facts, &kernel);
  f.bind_load(&kernel);
  kernel.Scratch("to", places.type, places.from);
  return MakeCoordinateLoop(
      facts, std::move(kernel), {{f.lines, f.length}},
      StrCat("    const long line = c0, at = c1;\n    C v = (C)(0, 0);\n",
             f.load, "    vstore2(v, i, to);"));
}

// Transforms of `odd` numbers, `count` apart: part r of a line is those from
// number r on.
Launch DirectLaunch(const DeviceFacts& facts, const Fourier& f, int64_t odd,
                    const Places& places) {
  const int64_t count = f.length / odd;
  KernelText kernel;
  DefineTypes(facts, &kernel);
  kernel.Packed("roots", places.type, places.roots)
      .Scratch("from", places.type, places.from)
      .Scratch("to", places.type, places.buffer - places.from);
  const std::string body = StrCat(
      "    C s = (C)(0, 0);\n    for (long t = 0; t < ", odd,
      "; ++t) {\n      const C v = vload2(c0 * ", f.length, "L + c1 + t * ",
      count, ", from);\n      const C w = vload2(t * c2 % ", odd, " * ", count,
      ", roots);\n      s += (C)(v.x * w.x - v.y * w.y, v.x * w.y + v.y * "
      "w.x);\n    }\n    vstore2(s, i, to);");
  return MakeCoordinateLoop(facts, std::move(kernel), {{f.lines, count, odd}},
                            body);
}

// Parts r and r + count / 2, of `size` numbers each, become part r of twice as
// many.
Launch DoubleLaunch(const DeviceFacts& facts, const Fourier& f, int64_t size,
                    const Places& places) {
  const int64_t half = f.length / size / 2;
  KernelText kernel;
  DefineTypes(facts, &kernel);
  kernel.Packed("roots", places.type, places.roots)
      .Scratch("from", places.type, places.from)
      .Scratch("to", places.type, places.buffer - places.from);
  const std::string body = StrCat(
      "    const long k = c2 % ", size, ", even = c0 * ", f.length,
      "L + c1 * (long)", size, " + k;\n    const C a = vload2(even, from);\n",
      "    const C b = vload2(even + ", half * size,
      "L, from);\n    const C w = vload2(c2 * (long)", half,
      ", roots);\n    vstore2(a + (C)(b.x * w.x - b.y * w.y, b.x * w.y + b.y * "
      "w.x), i, to);");
  return MakeCoordinateLoop(facts, std::move(kernel),
                            {{f.lines, half, 2 * size}}, body);
}

Launch StoreLaunch(const DeviceFacts& facts, const Fourier& f,
                   const Places& places) {
  KernelText kernel;
  DefineTypes(facts, &kernel);
  f.bind_store(&kernel);
  kernel.Scratch("from", places.type, places.from);
  return MakeCoordinateLoop(
      facts, std::move(kernel), {{f.lines, f.made}},
      StrCat(
          "    const long line = c0, at = c1;\n    const C v = vload2(line * ",
          f.length, "L + at, from);\n", f.store));
}

}  // namespace

Status PlanFourier(PrepareContext& ctx, const Fourier& fourier) {
  const DeviceFacts& facts = FactsOf(ctx);
  if (fourier.lines == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  Places places;
  places.type = PartType(facts);
  ONNXIFI_ASSIGN_OR_RETURN(places.roots, MakeRoots(facts, fourier));
  const size_t part = facts.has_double ? sizeof(double) : sizeof(float);
  places.buffer =
      (static_cast<size_t>(fourier.lines * fourier.length) * 2 * part + 63) /
      64 * 64;
  ctx.BookScratch(2 * places.buffer);
  int64_t odd = fourier.length;
  while (odd % 2 == 0) odd /= 2;
  std::vector<Launch> launches;
  launches.push_back(LoadLaunch(facts, fourier, places));
  launches.push_back(DirectLaunch(facts, fourier, odd, places));
  places.Swap();
  for (int64_t size = odd; size < fourier.length; size *= 2) {
    launches.push_back(DoubleLaunch(facts, fourier, size, places));
    places.Swap();
  }
  launches.push_back(StoreLaunch(facts, fourier, places));
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
