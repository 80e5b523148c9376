// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include "python_api.h"

namespace ftscale::probe {

/// Releases what it holds when it goes.
class Reference {
  public:
    explicit Reference(PyObject* object) : object_(object) {}
    ~Reference() {
        if (object_ != nullptr) Py_DecRef(object_);
    }
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;
    PyObject* get() const { return object_; }

  private:
    PyObject* object_;
};

/// A new reference to None.
inline PyObject* none() {
    auto* object = reinterpret_cast<PyObject*>(_Py_NoneStruct);
    Py_IncRef(object);
    return object;
}

}  // namespace ftscale::probe
