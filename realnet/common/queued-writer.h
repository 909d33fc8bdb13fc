#ifndef SONDA_REALNET_COMMON_QUEUED_WRITER_H
#define SONDA_REALNET_COMMON_QUEUED_WRITER_H

#include "model/base/time.h"
#include "realnet/common/line-output.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sonda
{

/**
 * Lines for a file, pipe or terminal that may stand still: whoever has one leaves it in a bounded
 * queue and never waits; a thread of this object makes the text and writes it. While the queue is
 * full new entries are dropped and counted, and so is what could not be written.
 *
 * The end waits a moment for what is queued, and then gives it up: the thread, which may be stuck
 * in the kernel, is left to the end of the process together with all that it uses.
 *
 * Put() and Dropped() are for any thread.
 */
template <typename Entry>
class QueuedWriter
{
  public:
    struct Limits
    {
        std::size_t entries; //!< queued at a time; as many again may be in the thread's hands
        std::size_t bytes;   //!< that they weigh; a single entry may weigh more
        /** The thread gathers entries for so long, or until half of them are there: waking it for
         * each would cost whoever leaves them more than all else. */
        Duration gather;
        Duration patience; //!< how long the end waits for what is queued
    };

    /** Appends an entry as lines, each with its line feed. Called by the thread, which may outlive
     * the caller of this object's constructor: what it uses must be its own. */
    using Format = std::function<void(const Entry& entry, std::string& text)>;
    /** Told, by the thread or at the end, that lines were lost. \param error of errno */
    using OnLoss = std::function<void(std::uint64_t lines, int error)>;

    /** Throws std::system_error when there is no thread to be had (start-up). */
    QueuedWriter(Descriptor descriptor, Limits limits, Format format, OnLoss onLoss)
        : m_shared(std::make_shared<Shared>(std::move(descriptor),
                                            limits,
                                            std::move(format),
                                            std::move(onLoss)))
    {
        m_shared->queue.reserve(limits.entries);
        m_shared->batch.reserve(limits.entries);
        std::thread([shared = m_shared] { shared->Run(); }).detach();
    }

    QueuedWriter(const QueuedWriter&) = delete;
    QueuedWriter& operator=(const QueuedWriter&) = delete;

    ~QueuedWriter()
    {
        std::unique_lock lock(m_shared->mutex);
        m_shared->stop = true;
        m_shared->wake.notify_all();
        const auto hasEnded = [this] { return m_shared->hasEnded; };
        if (!m_shared->ended.wait_for(lock, m_shared->limits.patience, hasEnded))
        {
            const std::size_t left = m_shared->queue.size();
            lock.unlock();
            m_shared->onLoss(left, ETIMEDOUT);
        }
    }

    /** \param weight bytes that the entry holds \return whether it was taken; else it was counted
     */
    bool
    Put(Entry entry, std::size_t weight)
    {
        Shared& shared = *m_shared;
        const std::lock_guard lock(shared.mutex);
        const bool isFull = shared.queue.size() >= shared.limits.entries ||
                            (!shared.queue.empty() && shared.weight + weight > shared.limits.bytes);
        if (isFull || shared.stop)
        {
            shared.dropped.fetch_add(1, std::memory_order_relaxed);
            return false;
        }
        shared.weight += weight;
        shared.queue.push_back(std::move(entry));
        // The first one begins a batch, one half of what fits ends it early.
        if (shared.queue.size() == 1 || shared.IsHalfFull())
        {
            shared.wake.notify_one();
        }
        return true;
    }

    /** \return lines that were dropped or could not be written. */
    std::uint64_t
    Dropped() const
    {
        return m_shared->dropped.load(std::memory_order_relaxed);
    }

    /** Waits until all that was put before is written, but not longer than \p patience. */
    void
    Flush(Duration patience)
    {
        std::unique_lock lock(m_shared->mutex);
        m_shared->flush = true;
        m_shared->wake.notify_all();
        m_shared->ended.wait_for(lock, patience, [this] { return m_shared->IsIdle(); });
    }

  private:
    /** What the thread uses; the last one to let go of it frees it. */
    struct Shared
    {
        Shared(Descriptor descriptor, Limits someLimits, Format someFormat, OnLoss someOnLoss)
            : output(std::move(descriptor)),
              limits(someLimits),
              format(std::move(someFormat)),
              onLoss(std::move(someOnLoss))
        {
        }

        bool
        IsHalfFull() const
        {
            return queue.size() >= limits.entries / 2 || weight >= limits.bytes / 2;
        }

        bool
        IsIdle() const
        {
            return queue.empty() && !isWriting;
        }

        void
        Run()
        {
            while (TakeBatch())
            {
                std::uint64_t lost = batch.size();
                int error = ENOMEM;
                try
                {
                    lost = WriteBatch();
                    error = errno;
                }
                catch (const std::bad_alloc&)
                {
                    // Nobody is helped by a program that ends for want of memory for its log.
                }
                batch.clear();
                if (lost > 0)
                {
                    dropped.fetch_add(lost, std::memory_order_relaxed);
                    onLoss(lost, error);
                }
            }
        }

        /** \return false when this ends and nothing is left */
        bool
        TakeBatch()
        {
            std::unique_lock lock(mutex);
            isWriting = false;
            flush = flush && !queue.empty();
            ended.notify_all();
            wake.wait(lock, [this] { return stop || !queue.empty(); });
            wake.wait_for(lock, limits.gather, [this] { return stop || flush || IsHalfFull(); });
            std::swap(batch, queue);
            weight = 0;
            isWriting = !batch.empty();
            hasEnded = batch.empty();
            if (hasEnded)
            {
                ended.notify_all();
            }
            return !hasEnded;
        }

        /** \return lines that were lost; errno then says why */
        std::uint64_t
        WriteBatch()
        {
            std::string text;
            for (const Entry& entry : batch)
            {
                format(entry, text);
            }
            return output.Write(text);
        }

        LineOutput output; //!< the thread's
        const Limits limits;
        const Format format;
        const OnLoss onLoss;
        std::vector<Entry> batch; //!< the thread's

        std::mutex mutex;
        std::condition_variable wake;
        std::condition_variable ended; //!< or idle
        std::vector<Entry> queue;
        std::size_t weight{0};
        bool stop{false};
        bool flush{false};
        bool isWriting{false};
        bool hasEnded{false};
        std::atomic<std::uint64_t> dropped{0};
    };

    std::shared_ptr<Shared> m_shared;
};

} // namespace sonda

#endif
