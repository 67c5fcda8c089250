using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Scheduling;

/// <summary>Amounts of resources by name, in thousandths so that CPU shares add up exactly.</summary>
internal sealed class PodResources
{
    private readonly Dictionary<string, long> amounts = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => amounts.Keys;

    public long this[string name] => amounts.GetValueOrDefault(name);

    /// <summary>What a pod asks of its node: the containers together, or the largest init container if that is
    /// more.</summary>
    public static PodResources Of(PodSpec pod)
    {
        var total = new PodResources();
        foreach (var container in pod.Containers)
        {
            total.Add(container.Resources?.Requests);
        }

        var sidecars = new PodResources();
        var initial = new PodResources();
        foreach (var container in pod.InitContainers ?? [])
        {
            if (container.RestartPolicy == "Always")
            {
                // Sidecars stay: they count beside the containers and beside later init containers.
                total.Add(container.Resources?.Requests);
                sidecars.Add(container.Resources?.Requests);
                initial.Cover(sidecars, null);
            }
            else
            {
                initial.Cover(sidecars, container.Resources?.Requests);
            }
        }

        total.Cover(initial, null);
        total.Add(pod.Overhead);
        return total;
    }

    public static PodResources Of(IReadOnlyDictionary<string, Quantity>? quantities)
    {
        var resources = new PodResources();
        resources.Add(quantities);
        return resources;
    }

    public void Add(PodResources other)
    {
        foreach (var (name, amount) in other.amounts)
        {
            amounts[name] = this[name] + amount;
        }
    }

    public void Add(IReadOnlyDictionary<string, Quantity>? quantities)
    {
        foreach (var (name, quantity) in quantities ?? new Dictionary<string, Quantity>())
        {
            amounts[name] = this[name] + Thousandths(quantity);
        }
    }

    private void Cover(PodResources floor, IReadOnlyDictionary<string, Quantity>? more)
    {
        foreach (var name in floor.amounts.Keys.Union(more?.Keys ?? []).ToList())
        {
            var extra = more?.GetValueOrDefault(name) is { } quantity ? Thousandths(quantity) : 0;
            amounts[name] = Math.Max(this[name], floor[name] + extra);
        }
    }

    private static long Thousandths(Quantity quantity) =>
        quantity.Value > long.MaxValue / 1000 ? long.MaxValue / 2 : quantity.MilliValue;
}
