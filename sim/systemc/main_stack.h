// main_stack.h - tells AddressSanitizer, after sc_start, which stack the program is on again.
//
// SystemC 2.3.4 announces each thread's stack before it switches to it, but neither the stack of sc_main nor the switch
// that ends a thread. The search for leaks at exit would look through the stack of a thread that is gone, and fail
// now and then.

#ifndef SYSTEMC_MAIN_STACK_H
#define SYSTEMC_MAIN_STACK_H

#ifdef __SANITIZE_ADDRESS__
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#endif

// Call in sc_main when sc_start has returned; without the sanitizer it does nothing.
inline void back_on_main_stack()
{
#ifdef __SANITIZE_ADDRESS__
    pthread_attr_t attr;
    void *bottom = nullptr;
    size_t size = 0;

    if (pthread_getattr_np(pthread_self(), &attr) != 0)
        return;
    pthread_attr_getstack(&attr, &bottom, &size);
    pthread_attr_destroy(&attr);
    __sanitizer_start_switch_fiber(nullptr, bottom, size);
    __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
}

#endif
