using Hortus.Development.Builds;
using Hortus.Development.Swaps;

namespace Hortus.Development;

/// <summary>Ends the traces of development loops in a garden: components run the image that the garden was started with.</summary>
public sealed class DevelopmentReset(Swapper swapper, DevelopmentImages images, LoopReport report)
{
    /// <summary>Swaps what runs a build of a loop, and deletes all of these builds.</summary>
    /// <returns>False when a component did not get ready; its build stays then.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var used = new HashSet<string>();
        foreach (var swap in swapper.Swaps)
        {
            if (await swap.TagAsync(cancellationToken) is not { } tag || DevelopmentImage.NumberOf(tag) == 0)
            {
                continue;
            }

            try
            {
                await report.SwappedAsync(
                    swap.Component, await swapper.SwapAsync(swap, DevelopmentEntries.StandardTag, cancellationToken));
            }
            catch (SwapFailedException failure)
            {
                used.Add(tag);
                await report.NotSwappedAsync(swap.Component, failure);
            }
        }

        images.RemoveAllBut(used);
        return used.Count == 0;
    }
}
