using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Validation;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Admission;

/// <summary>Fills in what a Shoot gets from its cloud profile, its project and its seed.</summary>
internal static class ShootResolver
{
    /// <summary>Takes the newest versions where a version is missing or only begun; what the shoot has already is
    /// kept.</summary>
    public static Shoot FromProfile(Shoot shoot, Shoot? old, ProfileCatalog catalog)
    {
        var kubernetes = shoot.Spec.Kubernetes;
        var version = Resolve(kubernetes.Version, old?.Spec.Kubernetes.Version, catalog.NewestKubernetes);
        var spec = shoot.Spec with { Kubernetes = kubernetes with { Version = version } };
        if (ShootDefaults.IsWorkerless(spec))
        {
            return shoot with { Spec = spec };
        }

        var workers = spec.Provider.Workers!.Select(w =>
            Worker(w, old?.Spec.Provider.Workers?.FirstOrDefault(o => o.Name == w.Name), catalog));
        return shoot with { Spec = spec with { Provider = spec.Provider with { Workers = [.. workers] } } };
    }

    /// <summary>Adds the tolerations that every shoot of the project has.</summary>
    public static Shoot FromProject(Shoot shoot, Project project)
    {
        var missing = (project.Spec.Tolerations?.Defaults ?? [])
            .Where(d => shoot.Spec.Tolerations?.Any(t => t.Key == d.Key) != true)
            .ToList();
        return missing.Count == 0
            ? shoot
            : shoot with { Spec = shoot.Spec with { Tolerations = [.. shoot.Spec.Tolerations ?? [], .. missing] } };
    }

    /// <summary>Takes the seed's networks for shoots where the shoot gives none.</summary>
    public static Shoot FromSeed(Shoot shoot, Seed seed)
    {
        var defaults = seed.Spec.Networks.ShootDefaults;
        var networking = shoot.Spec.Networking ?? new Networking();
        networking = networking with
        {
            Pods = networking.Pods ?? (ShootDefaults.IsWorkerless(shoot.Spec) ? null : defaults?.Pods),
            Services = networking.Services ?? defaults?.Services,
        };
        return shoot with { Spec = shoot.Spec with { Networking = networking } };
    }

    private static Worker Worker(Worker worker, Worker? old, ProfileCatalog catalog)
    {
        var architecture = worker.Machine.Architecture ?? "amd64";
        var image = worker.Machine.Image;
        if (image is null && old?.Machine.Image is { } kept)
        {
            image = kept;
        }

        var name = image?.Name is { Length: > 0 } given
            ? given
            : catalog.Images.FirstOrDefault(i => catalog.NewestImage(i, architecture, null) is not null);
        if (name is null)
        {
            return worker;
        }

        var before = old?.Machine.Image?.Name == name ? old.Machine.Image.Version : null;
        var version = Resolve(image?.Version, before, prefix => catalog.NewestImage(name, architecture, prefix));
        var control = worker.Kubernetes is { Version: { Length: > 0 } pool } && ProfileCatalog.IsPrefix(pool)
            ? worker.Kubernetes with { Version = Resolve(pool, old?.Kubernetes?.Version, catalog.NewestKubernetes) }
            : worker.Kubernetes;
        return worker with
        {
            Kubernetes = control,
            Machine = worker.Machine with
            {
                Image = (image ?? new ShootMachineImage()) with { Name = name, Version = version },
            },
        };
    }

    // An unknown version stays as it is written, so that the check can name it.
    private static string? Resolve(string? asked, string? old, Func<string?, string?> newest)
    {
        if (!ProfileCatalog.IsPrefix(asked))
        {
            return asked;
        }

        var fits = old is not null
            && (string.IsNullOrEmpty(asked) || old == asked || old.StartsWith(asked + ".", StringComparison.Ordinal));
        return fits ? old : newest(asked) ?? asked;
    }
}
