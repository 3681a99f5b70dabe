/* SPDX-License-Identifier: Apache-2.0 */
#include "onnxifi/onnxifi_ext.h" /* 1.0 include path */
